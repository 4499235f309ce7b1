#include "network/stepper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/random.h"
#include "network/reference.h"
#include "roll/roll.h"

namespace toccata::network {
namespace {

using ::testing::HasSubstr;

/// Awkward on purpose: units that fill no vector, an odd number of them, a range that starts at an
/// F.
Config small_config() {
  Config config;
  config.roll.low = 41;
  config.roll.high = 59;
  config.window = 7;
  config.time_units = {37, 20};
  config.note_units = {19, 16};
  return config;
}

/// Weights larger than those that training begins from, so that gates open and close.
Model lively_model(const Config& config, float scale = 2.5f) {
  Model model{config, initial_values(config, 11), ""};
  for (float& value : model.values) value *= scale;
  return model;
}

/// Music of `steps` steps for `sequences` sequences: (steps + 1, B, N), frame 0 silent.
struct Music {
  Music(const Config& config, int steps, int sequences, std::uint64_t seed = 5) {
    batch.steps = steps;
    batch.sequences = sequences;
    batch.notes = config.notes();
    const auto count = [](int a, int b) {
      return static_cast<std::size_t>(a) * static_cast<std::size_t>(b);
    };
    batch.frames.resize(count(steps + 1, sequences) * static_cast<std::size_t>(config.notes()));
    Random random(seed, 0);
    for (std::size_t i = count(sequences, config.notes()); i < batch.frames.size(); ++i)
      if (random.below(4) == 0)
        batch.frames[i] = config.roll.articulation && random.below(2) == 0 ? 3 : 1;
    for (int t = 0; t < steps; ++t)
      for (int b = 0; b < sequences; ++b) {
        batch.bar_phase.push_back(static_cast<float>(t % 16) / 16);
        batch.beat_phase.push_back(static_cast<float>(t % 4) / 4);
        batch.step.push_back(t);
        places.push_back({batch.bar_phase.back(), batch.beat_phase.back(), t});
      }
    batch.lengths.assign(static_cast<std::size_t>(sequences), steps);
    for (int b = 0; b < sequences; ++b) batch.sample.push_back(static_cast<std::uint64_t>(100 + b));
  }
  const StepPlace* place(int t) const { return places.data() + t * batch.sequences; }
  roll::Batch batch;
  std::vector<StepPlace> places;  // (T, B)
};

/// Logits with teacher forcing: (T, B, N, C).
std::vector<float> run(const Model& model, const Music& music, StepperOptions options,
                       bool note_by_note = false) {
  const roll::Batch& batch = music.batch;
  options.sequences = batch.sequences;
  Stepper stepper(model, options);
  for (int b = 0; b < batch.sequences; ++b)
    stepper.reset(b, batch.sample[static_cast<std::size_t>(b)]);
  const auto sequences = static_cast<std::size_t>(batch.sequences);
  const auto notes = static_cast<std::size_t>(batch.notes);
  const auto channels = static_cast<std::size_t>(model.config.channels());
  std::vector<float> all(static_cast<std::size_t>(batch.steps) * sequences * notes * channels);
  for (int t = 0; t < batch.steps; ++t) {
    float* logits = all.data() + static_cast<std::size_t>(t) * sequences * notes * channels;
    const std::uint8_t* truth = batch.frame(t + 1, 0);
    stepper.begin_step(batch.frame(t, 0), music.place(t));
    if (!note_by_note) {
      stepper.all_notes(truth, logits);
      continue;
    }
    for (std::size_t n = 0; n < notes; ++n) {
      std::vector<std::uint8_t> lower(sequences, 0);
      std::vector<float> out(sequences * channels);
      for (std::size_t b = 0; b < sequences && n > 0; ++b) lower[b] = truth[b * notes + n - 1];
      stepper.next_note(lower.data(), out.data());
      for (std::size_t b = 0; b < sequences; ++b)
        std::copy_n(out.data() + b * channels, channels, logits + (b * notes + n) * channels);
    }
  }
  return all;
}

/// The same in double, one multiplication at a time.
std::vector<double> reference(const Model& model, const Music& music, const Dropout& dropout = {}) {
  const std::vector<double> values(model.values.begin(), model.values.end());
  const roll::Batch& batch = music.batch;
  const std::size_t row =
      static_cast<std::size_t>(batch.notes) * static_cast<std::size_t>(model.config.channels());
  std::vector<double> all(static_cast<std::size_t>(batch.steps * batch.sequences) * row);
  for (int b = 0; b < batch.sequences; ++b) {
    const std::vector<double> one = reference_logits(model.config, values, batch, b, dropout);
    for (int t = 0; t < batch.steps; ++t)
      std::copy_n(one.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(t) * row), row,
                  all.begin() + static_cast<std::ptrdiff_t>(
                                    static_cast<std::size_t>(t * batch.sequences + b) * row));
  }
  return all;
}

struct Difference {
  double worst = 0;    // largest difference over largest logit
  double typical = 0;  // root mean squares, likewise
};

template <typename A, typename B>
Difference difference(const std::vector<A>& a, const std::vector<B>& b) {
  EXPECT_EQ(a.size(), b.size());
  double worst = 0, largest = 0, squares = 0, size = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double value = static_cast<double>(a[i]);
    const double apart = value - static_cast<double>(b[i]);
    worst = std::max(worst, std::fabs(apart));
    largest = std::max(largest, std::fabs(value));
    squares += apart * apart;
    size += value * value;
  }
  EXPECT_GT(largest, 0.1);  // else the logits say nothing
  return {worst / largest, std::sqrt(squares / size)};
}

/// f32 agrees everywhere to 1e-5; bf16, whose weights and outputs are good to 2^-9 each, to about
/// 1e-2 with weights as large as these. kernels_test.cc is sharper.
void expect_near(const Difference& difference, const StepperOptions& options,
                 const std::string& where) {
  const bool bf16 = options.arithmetic == Arithmetic::bf16;
  EXPECT_LT(difference.typical, bf16 ? 1.5e-2 : 1e-5) << where;
  EXPECT_LT(difference.worst, bf16 ? 4e-2 : 1e-5) << where;
}

/// Every arithmetic that this processor can run.
std::vector<StepperOptions> every_arithmetic() {
  std::vector<StepperOptions> all;
  for (const InstructionSet set : instruction_sets())
    all.push_back({.arithmetic = Arithmetic::f32, .instruction_set = set});
  all.push_back({.arithmetic = Arithmetic::bf16, .instruction_set = InstructionSet::plain});
  if (has_native_bf16()) all.push_back({.arithmetic = Arithmetic::bf16});
  return all;
}

TEST(Stepper, EqualsTheReferenceInDouble) {
  for (const bool articulation : {true, false})
    for (const Beat beat : {Beat::phase, Beat::binary}) {
      Config config = small_config();
      config.roll.articulation = articulation;
      config.beat = beat;
      config.start_step = 3;
      const Model model = lively_model(config);
      const Music music(config, 12, 3);
      const std::vector<double> expected = reference(model, music);
      for (const StepperOptions& options : every_arithmetic())
        expect_near(difference(expected, run(model, music, options)), options,
                    Stepper(model, options).arithmetic() + (articulation ? " with" : " without") +
                        " articulation");
    }
}

TEST(Stepper, EqualsTheReferenceAtTheOriginalsSizes) {
  const Model model = lively_model(Config(), 2.0f);
  const Music music(Config(), 2, 1);
  const std::vector<double> expected = reference(model, music);
  for (const StepperOptions& options : every_arithmetic())
    expect_near(difference(expected, run(model, music, options)), options,
                Stepper(model, options).arithmetic());
}

TEST(Stepper, EqualsTheReferenceForLayersOfEveryShape) {
  for (const int units : {1, 2, 3, 4, 5, 8, 12, 15, 16, 17, 48, 49, 60, 65}) {
    Config config = small_config();
    config.roll.high = config.roll.low + 9;
    config.time_units = {units};
    config.note_units = {units + 1, units, 3};
    const Model model = lively_model(config, 3.0f);
    const Music music(config, 4, 2);
    const std::vector<double> expected = reference(model, music);
    for (const StepperOptions& options : every_arithmetic())
      expect_near(difference(expected, run(model, music, options)), options,
                  fmt::format("{}, {} units", Stepper(model, options).arithmetic(), units));
  }
}

TEST(Stepper, InstructionSetsAgreeOverALongPiece) {
  const Model model = lively_model(small_config());
  const Music music(small_config(), 100, 1);
  const std::vector<float> plain =
      run(model, music, {.arithmetic = Arithmetic::f32, .instruction_set = InstructionSet::plain});
  for (const InstructionSet set : instruction_sets())
    EXPECT_LT(difference(plain,
                         run(model, music, {.arithmetic = Arithmetic::f32, .instruction_set = set}))
                  .worst,
              1e-4);
}

TEST(Stepper, AllNotesEqualsNoteByNoteBitForBit) {
  const Model model = lively_model(small_config());
  const Music music(small_config(), 5, 4);
  for (StepperOptions options : every_arithmetic()) {
    EXPECT_EQ(run(model, music, options, false), run(model, music, options, true));
    options.keep_prob = 0.5f;
    EXPECT_EQ(run(model, music, options, false), run(model, music, options, true));
  }
}

TEST(Stepper, BatchAndThreadsDoNotChangeABit) {
  // Large enough to be shared out among threads.
  Config config;
  config.roll.high = config.roll.low + 19;
  config.time_units = {64, 40};
  config.note_units = {72, 50};
  const Model model = lively_model(config);
  const int steps = 2, sequences = 11;
  const Music music(config, steps, sequences);
  const std::size_t row = static_cast<std::size_t>(config.notes()) * 2;
  for (StepperOptions options : every_arithmetic())
    for (const float keep_prob : {1.0f, 0.5f}) {
      const bool plain = options.instruction_set == InstructionSet::plain;
      if (plain && (keep_prob < 1 || options.arithmetic == Arithmetic::bf16)) continue;  // slow
      options.keep_prob = keep_prob;
      options.threads = 1;
      const std::vector<float> expected = run(model, music, options);
      for (const int threads : {2, 3}) {
        options.threads = threads;
        EXPECT_EQ(run(model, music, options), expected) << threads << " threads";
        EXPECT_EQ(run(model, music, options, true), expected) << threads << " threads";
      }
      // Each sequence alone, and the first five.
      for (const auto& [first, count] : {std::pair(0, 5), std::pair(10, 1)}) {
        Music part(config, steps, count);
        for (int t = 0; t <= steps; ++t)
          std::copy_n(music.batch.frame(t, first), count * config.notes(),
                      const_cast<std::uint8_t*>(part.batch.frame(t, 0)));
        for (int b = 0; b < count; ++b)
          part.batch.sample[static_cast<std::size_t>(b)] =
              music.batch.sample[static_cast<std::size_t>(first + b)];
        for (const int threads : {1, 2}) {
          options.threads = threads;
          const std::vector<float> alone = run(model, part, options);
          for (int t = 0; t < steps; ++t)
            for (std::size_t i = 0; i < static_cast<std::size_t>(count) * row; ++i)
              ASSERT_EQ(alone[static_cast<std::size_t>(t * count) * row + i],
                        expected[static_cast<std::size_t>(t * sequences + first) * row + i]);
        }
      }
    }
}

TEST(Stepper, DropoutFollowsTheMasksOfTheReference) {
  const Model model = lively_model(small_config());
  const Music music(small_config(), 6, 2);
  // The reference's masks are numbered by update; composing's number is the last there is.
  const Dropout dropout{.keep_prob = 0.5f, .seed = 42, .update = ~std::uint64_t{0}};
  const std::vector<double> expected = reference(model, music, dropout);
  EXPECT_GT(difference(expected, reference(model, music)).typical, 0.1);
  for (StepperOptions options : every_arithmetic()) {
    options.keep_prob = dropout.keep_prob;
    options.dropout_seed = dropout.seed;
    expect_near(difference(expected, run(model, music, options)), options, "dropout");
  }
}

TEST(Stepper, CopyCarriesTheStateEvenBetweenTwoNotes) {
  const Config config = small_config();
  const Model model = lively_model(config);
  const Music music(config, 4, 1);
  const auto notes = static_cast<std::size_t>(config.notes());
  for (StepperOptions options : every_arithmetic()) {
    options.sequences = 1;
    const std::vector<float> expected = run(model, music, options);
    options.sequences = 2;
    Stepper stepper(model, options);
    std::vector<float> logits(4);
    for (int t = 0; t < 4; ++t) {
      // Sequence 1 hears other music until it takes over sequence 0, in the middle of step 2.
      std::vector<std::uint8_t> frame(2 * notes, 3);
      std::copy_n(music.batch.frame(t, 0), notes, frame.begin());
      if (t > 2) std::copy_n(music.batch.frame(t, 0), notes, frame.begin() + notes);
      const StepPlace places[2] = {*music.place(t), *music.place(t)};
      stepper.begin_step(frame.data(), places);
      for (std::size_t n = 0; n < notes; ++n) {
        if (t == 2 && n == 8) stepper.copy(0, 1);
        const std::uint8_t truth = n == 0 ? 0 : music.batch.frame(t + 1, 0)[n - 1];
        const bool same = t > 2 || (t == 2 && n >= 8);
        const std::uint8_t lower[2] = {truth, same ? truth : std::uint8_t{1}};
        stepper.next_note(lower, logits.data());
        const float* one = expected.data() + (static_cast<std::size_t>(t) * notes + n) * 2;
        ASSERT_EQ(logits[0], one[0]);
        ASSERT_EQ(logits[1], one[1]);
        if (same) {
          ASSERT_EQ(logits[2], one[0]);
          ASSERT_EQ(logits[3], one[1]);
        }
      }
    }
  }
}

TEST(Stepper, ResetBeginsAnew) {
  const Config config = small_config();
  const Model model = lively_model(config);
  const Music music(config, 1, 1);
  const auto notes = static_cast<std::size_t>(config.notes());
  for (StepperOptions options : every_arithmetic()) {
    options.keep_prob = 0.75f;
    Stepper stepper(model, options);
    std::vector<float> first(notes * 2), later(notes * 2), again(notes * 2);
    stepper.reset(0, 9);
    for (std::vector<float>* out : {&first, &later, &again}) {
      if (out == &again) stepper.reset(0, 9);
      stepper.begin_step(music.batch.frame(0, 0), music.place(0));
      stepper.all_notes(music.batch.frame(1, 0), out->data());
    }
    EXPECT_NE(first, later);
    EXPECT_EQ(first, again);
  }
}

TEST(Stepper, TheStartFlagIsHeard) {
  const Config config = small_config();
  const Model model = lively_model(config);
  const std::vector<std::uint8_t> silence(static_cast<std::size_t>(config.notes()), 0);
  std::vector<float> logits[2];
  for (const int step : {0, 1}) {
    Stepper stepper(model, {});
    const StepPlace place{.step = step};
    stepper.begin_step(silence.data(), &place);
    logits[step].resize(silence.size() * 2);
    stepper.all_notes(silence.data(), logits[step].data());
  }
  EXPECT_NE(logits[0], logits[1]);
}

/// Log-probability of one frame given the one before: the sum over notes of play's and, where the
/// note sounded and sounds on or strikes again, articulate's.
double log_probability(const Config& config, const std::uint8_t* previous,
                       const std::uint8_t* frame, const float* logits) {
  double total = 0;
  const auto log_bit = [](double logit, bool set) {
    return -std::log1p(std::exp(set ? -logit : logit));
  };
  for (int n = 0; n < config.notes(); ++n) {
    const float* z = logits + n * config.channels();
    const bool play = (frame[n] & roll::kPlay) != 0;
    total += log_bit(z[0], play);
    if (config.roll.articulation && play && (previous[n] & roll::kPlay) != 0)
      total += log_bit(z[1], (frame[n] & roll::kArticulate) != 0);
  }
  return total;
}

/// Every sequence of `steps` frames of `config.notes()` notes, each a row of (steps, N).
std::vector<std::vector<std::uint8_t>> every_music(const Config& config, int steps) {
  std::vector<std::vector<std::uint8_t>> all(1);
  const auto notes = static_cast<std::size_t>(config.notes());
  for (std::size_t i = 0; i < static_cast<std::size_t>(steps) * notes; ++i) {
    std::vector<std::vector<std::uint8_t>> longer;
    for (const std::vector<std::uint8_t>& music : all) {
      const bool sounded = i >= notes && (music[i - notes] & roll::kPlay) != 0;
      for (const std::uint8_t cell : {0, 1, 3}) {
        // An onset is certain where the note was silent, and there is none without articulation.
        if (cell == 1 && !sounded && config.roll.articulation) continue;
        if (cell == 3 && !config.roll.articulation) continue;
        longer.push_back(music);
        longer.back().push_back(cell);
      }
    }
    all = std::move(longer);
  }
  return all;
}

TEST(Stepper, ProbabilitiesOfAllMusicSumToOne) {
  for (const bool articulation : {true, false}) {
    Config config = small_config();
    config.roll.high = config.roll.low + 3;
    config.roll.articulation = articulation;
    config.time_units = {6, 5};
    config.note_units = {4, 3};
    const int steps = 3;
    const Model model = lively_model(config, 4.0f);
    const auto all = every_music(config, steps);
    ASSERT_EQ(all.size(), articulation ? 28561u : 4096u);  // 13^4 and 2^12
    const int sequences = static_cast<int>(all.size());
    Music music(config, steps, sequences);
    for (int b = 0; b < sequences; ++b)
      for (int t = 0; t < steps; ++t)
        std::copy_n(all[static_cast<std::size_t>(b)].begin() + t * 4, 4,
                    const_cast<std::uint8_t*>(music.batch.frame(t + 1, b)));
    const std::vector<float> logits = run(model, music, {.arithmetic = Arithmetic::f32});
    double total = 0, largest = 0;
    for (int b = 0; b < sequences; ++b) {
      double nats = 0;
      for (int t = 0; t < steps; ++t)
        nats += log_probability(
            config, music.batch.frame(t, b), music.batch.frame(t + 1, b),
            logits.data() + std::ptrdiff_t{t * sequences + b} * 4 * config.channels());
      total += std::exp(nats);
      largest = std::max(largest, std::exp(nats));
    }
    EXPECT_NEAR(total, 1, 1e-6);
    EXPECT_LT(largest, 0.5);  // no music so likely that the others hardly count
  }
}

TEST(Stepper, RefusesWhatItCannotDo) {
  const Config config = small_config();
  Model model = lively_model(config);
  const auto message = [&](const StepperOptions& options) {
    try {
      Stepper stepper(model, options);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("made");
  };
  const bool x86 = std::ranges::count(instruction_sets(), InstructionSet::neon) == 0;
  EXPECT_EQ(message({}), "made");
  EXPECT_THAT(message({.sequences = 0}), HasSubstr("sequences"));
  EXPECT_THAT(message({.threads = -1}), HasSubstr("threads"));
  EXPECT_THAT(message({.keep_prob = 0}), HasSubstr("keep_prob"));
  EXPECT_THAT(message({.keep_prob = std::nanf("")}), HasSubstr("keep_prob"));
  EXPECT_THAT(message({.arithmetic = Arithmetic::bf16,
                       .instruction_set = x86 ? InstructionSet::avx2 : InstructionSet::neon}),
              HasSubstr("use f32"));
  EXPECT_THAT(message({.instruction_set = x86 ? InstructionSet::neon : InstructionSet::avx2}),
              HasSubstr("does not have it"));
  model.values.pop_back();
  EXPECT_THAT(message({}), HasSubstr("parameters"));
}

TEST(Stepper, RefusesNotesOutOfTurn) {
  const Config config = small_config();
  const auto notes = static_cast<std::size_t>(config.notes());
  Stepper stepper(lively_model(config), {});
  std::vector<float> logits(notes * 2);
  const std::vector<std::uint8_t> silence(notes, 0);
  const StepPlace place;
  EXPECT_THROW(stepper.next_note(silence.data(), logits.data()), Error);
  EXPECT_THROW(stepper.all_notes(silence.data(), logits.data()), Error);
  stepper.begin_step(silence.data(), &place);
  stepper.next_note(silence.data(), logits.data());
  EXPECT_THROW(stepper.all_notes(silence.data(), logits.data()), Error);
  for (std::size_t n = 1; n < notes; ++n) stepper.next_note(silence.data(), logits.data());
  EXPECT_THROW(stepper.next_note(silence.data(), logits.data()), Error);
}

}  // namespace
}  // namespace toccata::network
