#include "network/train/training_pass.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>

#include "base/error.h"
#include "network/model/test_batch.h"
#include "network/model/weights.h"
#include "network/train/reference.h"

namespace toccata::network {
namespace {

struct Case {
  const char* name;
  Config config;
  int steps, sequences;
  bool ragged;
  float keep_prob;
  float recurrent_keep_prob = 1;
};

std::vector<Case> cases() {
  Config binary = small_config(5, {24}, {16});
  binary.beat = Beat::binary;
  return {
      {"two layers each", small_config(13, {20, 17}, {12, 9}), 9, 3, false, 1},
      {"ragged lengths and dropout", small_config(13, {20, 36}, {18, 9}), 11, 5, true, 0.5f},
      {"whole blocks", small_config(12, {32, 16}, {16, 48}), 8, 2, true, 0.75f},
      {"one layer each", small_config(4, {7}, {5}), 5, 2, false, 0.5f},
      {"three layers each", small_config(6, {8, 12, 3}, {4, 21, 6}), 7, 3, true, 0.8f},
      {"no articulation", small_config(9, {13, 10}, {11}, false), 6, 3, true, 0.5f},
      {"echoes", far_seeing(small_config(13, {20, 36}, {18, 9})), 11, 5, true, 0.5f},
      {"echoes, no articulation", far_seeing(small_config(14, {16}, {16}, false)), 9, 2, true, 1},
      {"mixed", mixed(small_config(13, {20, 17}, {12, 9}), 11), 9, 3, true, 0.6f, 0.7f},
      {"mixed, wider than a block", mixed(far_seeing(small_config(8, {16}, {18})), 34), 7, 2, true,
       1},
      {"mixed, no articulation", mixed(small_config(9, {13}, {11}, false), 16), 6, 3, false, 0.5f},
      {"mixed, a head a note", headed(mixed(small_config(5, {8}, {9}), 7)), 5, 2, true, 0.8f},
      {"one note, one step", small_config(1, {6}, {4}), 1, 1, false, 1},
      {"mixed, one note", mixed(small_config(1, {6}, {4}), 3), 4, 2, false, 1},
      {"a note a window", small_config(2, {19}, {16}), 3, 7, true, 1},
      {"binary beat", binary, 6, 2, false, 1},
      {"a head a note", headed(small_config(13, {20, 17}, {18, 9})), 9, 3, true, 0.5f},
      {"a head a note, no articulation", headed(small_config(9, {13}, {33}, false)), 6, 3, true, 1},
      {"weights dropped", small_config(13, {20, 36}, {18, 9}), 11, 5, true, 1, 0.5f},
      {"both dropouts", small_config(6, {8, 12, 3}, {4, 21, 6}), 7, 3, true, 0.8f, 0.7f},
  };
}

/// The error of a parameter tensor, by norm, relative to the truth's.
double tensor_error(const Parameter& parameter, const std::vector<float>& found,
                    const std::vector<double>& truth) {
  double error = 0, norm = 0;
  for (std::size_t k = parameter.offset; k < parameter.offset + parameter.size; ++k) {
    error += (found[k] - truth[k]) * (found[k] - truth[k]);
    norm += truth[k] * truth[k];
  }
  // A window of one step and one note has no recurrent gradient: its zero must be exact.
  const double relative = norm > 0 ? std::sqrt(error / norm) : (error > 0 ? 1e9 : 0);
  EXPECT_TRUE(std::isfinite(relative)) << parameter.name;
  return relative;
}
double worst_error(const Config& config, const std::vector<float>& found,
                   const std::vector<double>& truth) {
  double worst = 0;
  for (const Parameter& parameter : parameters(config))
    worst = std::max(worst, tensor_error(parameter, found, truth));
  return worst;
}

void expect_reference(const PassOptions& options, double loss_tolerance, double tolerance) {
  for (const Case& c : cases()) {
    const std::vector<float> values = initial_values(c.config, 2);
    const music::Batch batch = random_batch(c.config, c.steps, c.sequences, c.ragged, 4);
    const Dropout dropout{c.keep_prob, 9, 31, c.recurrent_keep_prob};
    std::vector<double> truth(values.size());
    const Loss expected = reference_gradient(c.config, to_double(values), batch, dropout, truth);
    TrainingPass pass(c.config, options);
    std::vector<float> gradient(values.size(), 5.0f);
    const Loss loss = pass.gradient(values, batch, dropout, gradient);
    EXPECT_EQ(loss.frames, expected.frames) << c.name;
    EXPECT_NEAR(loss.nats / expected.nats, 1, loss_tolerance) << c.name;
    EXPECT_LT(worst_error(c.config, gradient, truth), tolerance) << c.name;
  }
}

PassOptions pass_options(Precision precision, int threads,
                         InstructionSet set = InstructionSet::automatic) {
  PassOptions options;
  options.precision = precision;
  options.threads = threads;
  options.instruction_set = set;
  return options;
}

TEST(TrainingPass, F32EqualsTheReferenceInEveryInstructionSet) {
  for (const InstructionSet set : instruction_sets())
    for (const int threads : {1, 2, 3}) {
      SCOPED_TRACE(training_arithmetic(Precision::f32, set));
      expect_reference(pass_options(Precision::f32, threads, set), 1e-6, 1e-4);
    }
}

TEST(TrainingPass, Bf16IsCloseToTheReferenceInEveryInstructionSet) {
  for (const InstructionSet set : instruction_sets()) {
    SCOPED_TRACE(training_arithmetic(Precision::bf16, set));
    expect_reference(pass_options(Precision::bf16, 2, set), 1e-3, 2e-2);
  }
}

TEST(TrainingPass, TakesTheBestInstructionsUnlessTold) {
  const Config config = small_config(4, {5}, {5});
  EXPECT_EQ(training_arithmetic(Precision::f32, InstructionSet::plain), "plain-f32");
  EXPECT_EQ(training_arithmetic(Precision::bf16, InstructionSet::plain), "plain-bf16");
  EXPECT_EQ(TrainingPass(config, {}).arithmetic(),
            training_arithmetic(Precision::f32, instruction_sets().front()));
  const InstructionSet absent =
      runs(InstructionSet::neon) ? InstructionSet::avx2 : InstructionSet::neon;
  EXPECT_THROW(TrainingPass(config, pass_options(Precision::f32, 1, absent)), Error);
}

TEST(TrainingPass, EveryNumberOfThreadsFindsTheSameLoss) {
  const Config config = mixed(small_config(13, {20, 17}, {12, 9}), 6);
  const std::vector<float> values = initial_values(config, 2);
  const music::Batch batch = random_batch(config, 10, 5, true, 3);
  for (const Precision precision : {Precision::f32, Precision::bf16}) {
    std::vector<float> gradient(values.size());
    const double one = TrainingPass(config, pass_options(precision, 1))
                           .gradient(values, batch, {0.5f, 1, 2}, gradient)
                           .nats;
    for (const int threads : {2, 3, 4, 20}) {
      TrainingPass pass(config, pass_options(precision, threads));
      const double nats = pass.gradient(values, batch, {0.5f, 1, 2}, gradient).nats;
      EXPECT_NEAR(nats / one, 1, 1e-6) << threads;
      EXPECT_NEAR(nats / pass.gradient(values, batch, {0.5f, 1, 2}, gradient).nats, 1, 0)
          << threads;
    }
  }
}

TEST(TrainingPass, TheSameThreadsGiveTheSameBits) {
  const Config config = mixed(small_config(13, {20, 17}, {12, 9}), 6);
  const std::vector<float> values = initial_values(config, 2);
  const music::Batch batch = random_batch(config, 10, 5, true, 3);
  // Other work in between leaves nothing behind.
  const music::Batch other = random_batch(config, 17, 8, true, 8);
  for (const Precision precision : {Precision::f32, Precision::bf16}) {
    TrainingPass pass(config, pass_options(precision, 2));
    std::vector<float> first(values.size()), second(values.size()), third(values.size());
    pass.gradient(values, batch, {0.5f, 1, 2}, first);
    pass.gradient(values, other, {0.9f, 1, 3}, second);
    pass.gradient(values, batch, {0.5f, 1, 2}, second);
    EXPECT_EQ(first, second);
    TrainingPass(config, pass_options(precision, 2)).gradient(values, batch, {0.5f, 1, 2}, third);
    EXPECT_EQ(first, third);
  }
}

TEST(TrainingPass, WindowsWorkedOnOneByOneGiveTheSameGradient) {
  const Config config = mixed(small_config(7, {20, 17}, {12, 9}), 6);
  const std::vector<float> values = initial_values(config, 2);
  const music::Batch batch = random_batch(config, 10, 5, true, 3);
  std::vector<double> truth(values.size());
  reference_gradient(config, to_double(values), batch, {0.5f, 1, 2}, truth);
  PassOptions options = pass_options(Precision::f32, 2);
  options.activation_bytes = 1;
  std::vector<float> gradient(values.size());
  TrainingPass(config, options).gradient(values, batch, {0.5f, 1, 2}, gradient);
  EXPECT_LT(worst_error(config, gradient, truth), 1e-4);
}

// Where no weight listens to the mix, all else is as without it, masks included: its layers are
// numbered after the others.
TEST(TrainingPass, AMixThatNobodyHearsChangesNoLoss) {
  const Config config = small_config(13, {20, 17}, {12, 9}), deaf = mixed(config, 8);
  std::vector<float> values = initial_values(config, 2), more = initial_values(deaf, 5);
  const WeightSlices<float> from = slices(config, values.data()), to = slices(deaf, more.data());
  const std::size_t time_size = to[Stack::mix_up][0].weight_ih - more.data();
  std::copy_n(values.data(), time_size, more.data());
  const LstmSlice<float>&first = from[Stack::note][0], &wider = to[Stack::note][0];
  for (int row = 0; row < 4 * first.hidden; ++row) {
    const float* old = first.weight_ih + row * first.input;
    float* now = wider.weight_ih + row * wider.input;
    std::fill(std::copy_n(old, 17, now), now + 17 + 2 * 8, 0.0f);
    std::copy_n(old + 17, config.lower_inputs(), now + 17 + 2 * 8);
  }
  const std::size_t rest = values.data() + values.size() - first.weight_hh;
  std::copy_n(first.weight_hh, rest, wider.weight_hh);

  const music::Batch batch = random_batch(config, 10, 5, true, 3);
  const Dropout dropout{0.5f, 1, 2, 0.6f};
  for (const Precision precision : {Precision::f32, Precision::bf16}) {
    TrainingPass plain(config, pass_options(precision, 2)),
        mixing(deaf, pass_options(precision, 2));
    std::vector<float> gradient(values.size()), other(more.size());
    const double nats = plain.gradient(values, batch, dropout, gradient).nats;
    EXPECT_NEAR(mixing.gradient(more, batch, dropout, other).nats / nats, 1, 1e-6);
    for (const Parameter& parameter : parameters(config)) {
      if (parameter.name == "note_lstm.0.weight_ih_l0") continue;  // of another shape
      const bool before = parameter.offset < time_size;
      const std::size_t moved = before ? 0 : more.size() - values.size();
      double error = 0, norm = 0;
      for (std::size_t k = parameter.offset; k < parameter.offset + parameter.size; ++k) {
        error += std::pow(other[k + moved] - gradient[k], 2);
        norm += std::pow(gradient[k], 2);
      }
      EXPECT_LT(std::sqrt(error / norm), precision == Precision::f32 ? 1e-5 : 1e-3)
          << parameter.name;
    }
  }
}

TEST(TrainingPass, TellsOfEveryPartOfTheGradientOnce) {
  for (const Config& config :
       {small_config(5, {6, 4}, {5}), mixed(small_config(5, {6, 4}, {5}), 3)}) {
    const std::vector<float> values = initial_values(config, 2);
    std::vector<float> gradient(values.size()), told(values.size(), 1e30f);
    std::vector<int> times(values.size(), 0);
    TrainingPass(config, pass_options(Precision::f32, 2))
        .gradient(values, random_batch(config, 4, 3, true, 3), {}, gradient,
                  [&](std::size_t begin, std::size_t end) {
                    for (std::size_t k = begin; k < end; ++k) ++times[k];
                    std::copy_n(gradient.data() + begin, end - begin, told.data() + begin);
                  });
    EXPECT_EQ(times, std::vector<int>(values.size(), 1));
    EXPECT_EQ(told, gradient);  // what was told of stood then, and was not touched again
  }
}

TEST(TrainingPass, MemoryDoesNotGrowFromCallToCall) {
  const Config config = mixed(small_config(13, {20, 17}, {12, 9}), 6);
  const std::vector<float> values = initial_values(config, 2);
  const music::Batch batch = random_batch(config, 10, 5, true, 3);
  TrainingPass pass(config, pass_options(Precision::bf16, 2));
  std::vector<float> gradient(values.size());
  pass.gradient(values, batch, {0.5f, 1, 2}, gradient);
  const std::size_t bytes = pass.bytes();
  for (int update = 0; update < 3; ++update) pass.gradient(values, batch, {0.5f, 1, 2}, gradient);
  EXPECT_EQ(pass.bytes(), bytes);
}

TEST(LongTrainingPass, GradientsAtTheOriginalsSizesAreCloseToDoublePrecision) {
  const Config config;  // [200,200] and [100,100], 78 notes
  const std::vector<float> values = initial_values(config, 2);
  const music::Batch batch = random_batch(config, 24, 2, true, 3);
  const Dropout dropout{0.5f, 1, 2};
  std::vector<double> truth(values.size());
  const Loss expected = reference_gradient(config, to_double(values), batch, dropout, truth);
  std::vector<float> f32(values.size()), bf16(values.size());
  const Loss f32_loss =
      TrainingPass(config, pass_options(Precision::f32, 2)).gradient(values, batch, dropout, f32);
  const Loss bf16_loss =
      TrainingPass(config, pass_options(Precision::bf16, 2)).gradient(values, batch, dropout, bf16);
  EXPECT_NEAR(f32_loss.nats / expected.nats, 1, 1e-6);
  EXPECT_NEAR(bf16_loss.nats / expected.nats, 1, 1e-3);
  for (const Parameter& parameter : parameters(config)) {
    const double f32_error = tensor_error(parameter, f32, truth);
    const double bf16_error = tensor_error(parameter, bf16, truth);
    EXPECT_LT(f32_error, 1e-4) << parameter.name;
    EXPECT_LT(bf16_error, 2e-2) << parameter.name;
    std::printf("%-28s relative error: f32 %.1e, bf16 %.1e\n", parameter.name.c_str(), f32_error,
                bf16_error);
  }
}

TEST(TrainingPass, RefusesWhatDoesNotFit) {
  const Config config = small_config(4, {5}, {5});
  const std::vector<float> values = initial_values(config, 2);
  std::vector<float> gradient(values.size());
  music::Batch batch = random_batch(config, 3, 2, false, 3);
  TrainingPass pass(config, {});
  EXPECT_THROW(pass.gradient(std::span(values).first(3), batch, {}, gradient), Error);
  EXPECT_THROW(pass.gradient(values, batch, {}, std::span(gradient).first(3)), Error);
  EXPECT_THROW(pass.gradient(values, batch, {0.0f, 1, 1}, gradient), Error);
  EXPECT_THROW(pass.gradient(values, batch, {1, 1, 1, 0.0f}, gradient), Error);
  batch.lengths[1] = 4;
  EXPECT_THROW(pass.gradient(values, batch, {}, gradient), Error);
  batch.lengths[1] = 0;
  EXPECT_THROW(pass.gradient(values, batch, {}, gradient), Error);
  Config far = config;
  far.echoes = {3};
  const std::vector<float> far_values = initial_values(far, 2);
  std::vector<float> far_gradient(far_values.size());
  EXPECT_THROW(TrainingPass(far, {}).gradient(far_values, random_batch(config, 3, 2, false, 3), {},
                                              far_gradient),
               Error);  // the batch does not go back so far
  EXPECT_THROW(
      pass.gradient(values, random_batch(small_config(5, {5}, {5}), 3, 2, false, 3), {}, gradient),
      Error);
}

}  // namespace
}  // namespace toccata::network
