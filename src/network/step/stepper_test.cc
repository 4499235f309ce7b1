#include "network/step/stepper.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "network/step/stepper_test_music.h"

namespace toccata::network {
namespace {

TEST(Stepper, EqualsTheReferenceInDouble) {
  for (const bool articulation : {true, false})
    for (const Beat beat : {Beat::phase, Beat::binary}) {
      Config config = small_config();
      if (beat == Beat::binary) {  // the original
        config.echoes = {};
        config.lower_notes = 1;
        config.lower_chord = false;
        config.heads = Heads::per_note;
      }
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

TEST(Stepper, EqualsTheReferenceWhereThePastIsMixedAlongTheNotes) {
  for (const int units : {1, 3, 16, 23, 34}) {
    Config config = mixed(small_config(), units);
    config.roll.articulation = units % 2 == 0;
    config.lower_chord = units > 3;
    const Model model = lively_model(config);
    const Music music(config, 8, 2);
    const std::vector<double> expected = reference(model, music);
    std::vector<double> deaf;  // what the same weights give where nobody listens to the mix
    {
      Model other = model;
      const LstmSlice<float> layer = slices(config, other.values.data())[Stack::note][0];
      for (int row = 0; row < 4 * layer.hidden; ++row)
        std::fill_n(layer.weight_ih + row * layer.input + config.time_units.back(), 2 * units,
                    0.0f);
      deaf = reference(other, music);
    }
    EXPECT_GT(difference(expected, deaf).typical, 0.02);
    for (const StepperOptions& options : every_arithmetic())
      expect_near(difference(expected, run(model, music, options)), options,
                  fmt::format("{}, {} units", Stepper(model, options).arithmetic(), units));
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
      run(model, music, {.precision = Precision::f32, .instruction_set = InstructionSet::plain});
  for (const InstructionSet set : instruction_sets())
    EXPECT_LT(
        difference(plain, run(model, music, {.precision = Precision::f32, .instruction_set = set}))
            .worst,
        1e-4);
}

TEST(Stepper, NativeInt8EqualsPlainInt8) {
  if (!has_native_int8()) GTEST_SKIP() << "no native int8 product on this processor";
  for (const float keep_prob : {1.0f, 0.5f}) {
    const Model model = lively_model(small_config());
    const Music music(small_config(), 30, 2);
    StepperOptions options{.keep_prob = keep_prob, .precision = Precision::int8};
    const std::vector<float> native = run(model, music, options);
    options.instruction_set = InstructionSet::plain;
    // Products are equal; gates are to 1e-6, which seldom rounds an h the other way.
    const Difference apart = difference(run(model, music, options), native);
    EXPECT_LT(apart.typical, 1e-3);
  }
}

TEST(Stepper, AllNotesEqualsNoteByNoteBitForBit) {
  for (const Heads heads : {Heads::shared, Heads::per_note}) {
    Config config = mixed(small_config(), 10);
    config.heads = heads;
    const Model model = lively_model(config);
    const Music music(config, 5, 4);
    for (StepperOptions options : every_arithmetic()) {
      EXPECT_EQ(run(model, music, options, false), run(model, music, options, true));
      options.keep_prob = 0.5f;
      EXPECT_EQ(run(model, music, options, false), run(model, music, options, true));
    }
  }
}

void expect_the_same_bits(const Config& config) {
  const Model model = lively_model(config);
  const int steps = 2, sequences = 11;
  const Music music(config, steps, sequences);
  const std::size_t row = static_cast<std::size_t>(config.notes()) * 2;
  for (StepperOptions options : every_arithmetic())
    for (const float keep_prob : {1.0f, 0.5f}) {
      const bool plain = options.instruction_set == InstructionSet::plain;
      if (plain && (keep_prob < 1 || options.precision != Precision::f32)) continue;  // slow
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

TEST(Stepper, BatchAndThreadsDoNotChangeABit) {
  expect_the_same_bits(shared_config());
}

TEST(Stepper, BatchAndThreadsDoNotChangeABitOfWhatIsMixed) {
  expect_the_same_bits(mixed(shared_config(), 60));
}

TEST(Stepper, DropoutFollowsTheMasksOfTheReference) {
  const Model model = lively_model(mixed(small_config(), 10));
  const Music music(model.config, 6, 2);
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

}  // namespace
}  // namespace toccata::network
