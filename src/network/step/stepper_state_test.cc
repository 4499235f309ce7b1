// State, turns and probabilities of the stepper.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "music/roll.h"
#include "network/step/stepper.h"
#include "network/step/stepper_test_music.h"

namespace toccata::network {
namespace {

using ::testing::HasSubstr;

void expect_copy_carries_the_state(const Config& config, int threads) {
  const Model model = lively_model(config);
  const Music music(config, 4, 1);
  const auto notes = static_cast<std::size_t>(config.notes());
  for (StepperOptions options : every_arithmetic()) {
    options.threads = threads;
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

TEST(Stepper, CopyCarriesTheStateEvenBetweenTwoNotes) {
  expect_copy_carries_the_state(small_config(), 1);
  expect_copy_carries_the_state(shared_config(), 2);
  expect_copy_carries_the_state(mixed(small_config(), 9), 2);
}

// Three sequences take over one that has run half of the music, and go on as it would have.
void expect_taken_over(const Config& config, int threads) {
  const Model model = lively_model(config);
  const Music music(config, 6, 1);
  const auto notes = static_cast<std::size_t>(config.notes());
  for (StepperOptions options : every_arithmetic()) {
    options.threads = threads;
    options.sequences = 1;
    const std::vector<float> expected = run(model, music, options);
    Stepper alone(model, options);
    for (int t = 0; t < 3; ++t) alone.begin_step(music.batch.frame(t, 0), music.place(t));
    options.sequences = 3;
    Stepper stepper(model, options);
    stepper.take_over(alone);
    std::vector<float> logits(6);
    for (int t = 3; t < 6; ++t) {
      std::vector<std::uint8_t> frame;
      for (int b = 0; b < 3; ++b)
        frame.insert(frame.end(), music.batch.frame(t, 0), music.batch.frame(t, 0) + notes);
      const std::vector<StepPlace> places(3, *music.place(t));
      stepper.begin_step(frame.data(), places.data());
      for (std::size_t n = 0; n < notes; ++n) {
        const std::uint8_t below = n == 0 ? 0 : music.batch.frame(t + 1, 0)[n - 1];
        const std::vector<std::uint8_t> lower(3, below);
        stepper.next_note(lower.data(), logits.data());
        const float* one = expected.data() + (static_cast<std::size_t>(t) * notes + n) * 2;
        for (std::size_t b = 0; b < 3; ++b) {
          ASSERT_EQ(logits[2 * b], one[0]);
          ASSERT_EQ(logits[2 * b + 1], one[1]);
        }
      }
    }
  }
}

TEST(Stepper, ManySequencesTakeOverWhatOneHasHeard) {
  expect_taken_over(small_config(), 1);
  expect_taken_over(shared_config(), 2);
  expect_taken_over(mixed(small_config(), 9), 2);
  const Model model = lively_model(small_config());
  Stepper two(model, {.sequences = 2}), dropping(model, {.keep_prob = 0.5f}), one(model, {});
  EXPECT_THROW(one.take_over(two), Error);
  EXPECT_THROW(one.take_over(dropping), Error);
}

// Versions of a step's notes have the past in common, and each hears its own lower notes; one takes
// over another between two notes.
TEST(Stepper, EachVersionOfAStepHearsItsOwnLowerNotes) {
  const Config config = mixed(small_config(), 9);
  const Model model = lively_model(config);
  const Music music(config, 3, 2);
  const auto notes = static_cast<std::size_t>(config.notes());
  for (StepperOptions options : every_arithmetic()) {
    options.sequences = 2;
    options.threads = 2;
    options.versions = 3;
    options.keep_prob = 0.75f;
    Stepper stepper(model, options);
    std::vector<float> truth(2 * notes * 2), other(truth), versions(2 * 3 * 2);
    for (int t = 0; t < 3; ++t) {
      // The same step, by teacher forcing: with the music's notes, and with all notes.
      for (std::vector<float>* out : {&truth, &other}) {
        Stepper one(model, options);
        for (int past = 0; past <= t; ++past) {
          one.begin_step(music.batch.frame(past, 0), music.place(past));
          const std::vector<std::uint8_t> all(2 * notes, 1);
          const bool own = past < t || out == &truth;
          one.all_notes(own ? music.batch.frame(past + 1, 0) : all.data(), out->data());
        }
      }
      stepper.begin_step(music.batch.frame(t, 0), music.place(t), 3);
      for (std::size_t n = 0; n < notes; ++n) {
        // Version 1 takes over version 0 in the middle of the step.
        const bool taken = n >= 5;
        if (n == 5)
          for (const int b : {0, 1}) stepper.copy_version(b, 0, 1);
        std::vector<std::uint8_t> lower(6, 0);
        for (std::size_t b = 0; b < 2 && n > 0; ++b) {
          const std::uint8_t own = music.batch.frame(t + 1, 0)[b * notes + n - 1];
          lower[b * 3] = own;
          lower[b * 3 + 1] = taken ? own : std::uint8_t{1};
          lower[b * 3 + 2] = 1;
        }
        stepper.next_note(lower.data(), versions.data());
        for (std::size_t b = 0; b < 2; ++b)
          for (std::size_t c = 0; c < 2; ++c) {
            const std::size_t at = (b * notes + n) * 2 + c, row = b * 6 + c;
            ASSERT_EQ(versions[row], truth[at]);
            ASSERT_EQ(versions[row + 2], taken ? truth[at] : other[at]);
            ASSERT_EQ(versions[row + 4], other[at]);
          }
      }
    }
    EXPECT_THROW(stepper.begin_step(music.batch.frame(0, 0), music.place(0), 4), Error);
  }
}

void expect_reset_begins_anew(const Config& config, int threads) {
  const Model model = lively_model(config);
  const Music music(config, 1, 1);
  const auto notes = static_cast<std::size_t>(config.notes());
  for (StepperOptions options : every_arithmetic()) {
    options.threads = threads;
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

TEST(Stepper, ResetBeginsAnew) {
  expect_reset_begins_anew(small_config(), 1);
  expect_reset_begins_anew(shared_config(), 2);
  expect_reset_begins_anew(mixed(small_config(), 9), 2);
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
    const bool play = (frame[n] & music::kPlay) != 0;
    total += log_bit(z[0], play);
    if (config.roll.articulation && play && (previous[n] & music::kPlay) != 0)
      total += log_bit(z[1], (frame[n] & music::kArticulate) != 0);
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
      const bool sounded = i >= notes && (music[i - notes] & music::kPlay) != 0;
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
  for (const auto& [articulation, mix_units] : {std::pair(true, 0), {false, 0}, {false, 5}}) {
    Config config = mixed(small_config(), mix_units);
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
    const std::vector<float> logits = run(model, music, {.precision = Precision::f32});
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
  EXPECT_THAT(message({.precision = Precision::bf16,
                       .instruction_set = x86 ? InstructionSet::avx2 : InstructionSet::neon}),
              HasSubstr("use f32"));
  EXPECT_THAT(message({.precision = Precision::int8,
                       .instruction_set = x86 ? InstructionSet::sse4 : InstructionSet::neon}),
              HasSubstr("no native int8 product among its"));
  EXPECT_EQ(message({.precision = Precision::int8, .instruction_set = InstructionSet::plain}),
            "made");
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
