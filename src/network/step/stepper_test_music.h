#pragma once
// What the stepper's tests share: models, music, runs over it and their comparison.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "base/random.h"
#include "network/model/test_batch.h"
#include "network/step/stepper.h"
#include "network/train/reference.h"

namespace toccata::network {

/// Awkward on purpose: units that fill no vector, an odd number of them, a range that starts at an
/// F.
inline Config small_config() {
  Config config;
  config.roll.low = 41;
  config.roll.high = 59;
  config.window = 7;
  config.time_units = {37, 20};
  config.note_units = {19, 16};
  config.echoes = {2, 5};
  config.echo_window = 3;
  config.lower_notes = 4;
  config.lower_chord = true;
  return config;
}

/// Large enough to be shared out among threads, a part of each step begun before its turn.
inline Config shared_config() {
  Config config;
  config.roll.high = config.roll.low + 19;
  config.time_units = {64, 40};
  config.note_units = {72, 50};
  return config;
}

/// Weights larger than those that training begins from, so that gates open and close.
inline Model lively_model(const Config& config, float scale = 2.5f) {
  Model model{config, initial_values(config, 11), ""};
  for (float& value : model.values) value *= scale;
  return model;
}

/// Music of `steps` steps for `sequences` sequences: (steps + 1, B, N), frame 0 silent.
struct Music {
  Music(const Config& config, int steps, int sequences, std::uint64_t seed = 5) {
    batch.resize(steps, sequences, config.notes(), config.history());
    const auto width = static_cast<std::size_t>(sequences);
    Random random(seed, 0);
    for (std::size_t i = static_cast<std::size_t>(batch.frame(1, 0) - batch.frames.data());
         i < batch.frames.size(); ++i)
      if (random.below(4) == 0)
        batch.frames[i] = config.roll.articulation && random.below(2) == 0 ? 3 : 1;
    for (std::size_t at = 0; at < static_cast<std::size_t>(steps) * width; ++at) {
      const int t = static_cast<int>(at / width);
      batch.bar_phase[at] = static_cast<float>(t % 16) / 16;
      batch.beat_phase[at] = static_cast<float>(t % 4) / 4;
      batch.step[at] = t;
      places.push_back({batch.bar_phase[at], batch.beat_phase[at], t});
    }
    batch.lengths.assign(width, steps);
    for (std::size_t b = 0; b < width; ++b) batch.sample[b] = 100 + b;
  }
  const StepPlace* place(int t) const { return places.data() + t * batch.sequences; }
  music::Batch batch;
  std::vector<StepPlace> places;  // (T, B)
};

/// Logits with teacher forcing: (T, B, N, C).
inline std::vector<float> run(const Model& model, const Music& music, StepperOptions options,
                              bool note_by_note = false) {
  const music::Batch& batch = music.batch;
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
inline std::vector<double> reference(const Model& model, const Music& music,
                                     const Dropout& dropout = {}) {
  const std::vector<double> values(model.values.begin(), model.values.end());
  const music::Batch& batch = music.batch;
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
/// 1e-2 with weights as large as these; int8, whose outputs are good to 2^-8 of the largest there
/// can be and whose weights to 2^-8 of their column's largest, to less than a tenth.
/// kernels_test.cc is sharper.
inline void expect_near(const Difference& difference, const StepperOptions& options,
                        const std::string& where) {
  const bool bf16 = options.precision == Precision::bf16;
  const bool int8 = options.precision == Precision::int8;
  EXPECT_LT(difference.typical, int8 ? 8e-2 : bf16 ? 1.5e-2 : 1e-5) << where;
  EXPECT_LT(difference.worst, int8 ? 1.5e-1 : bf16 ? 4e-2 : 1e-5) << where;
}

/// Every arithmetic that this processor can run.
inline std::vector<StepperOptions> every_arithmetic() {
  std::vector<StepperOptions> all;
  for (const InstructionSet set : instruction_sets())
    all.push_back({.precision = Precision::f32, .instruction_set = set});
  all.push_back({.precision = Precision::bf16, .instruction_set = InstructionSet::plain});
  if (has_native_bf16()) all.push_back({.precision = Precision::bf16});
  all.push_back({.precision = Precision::int8, .instruction_set = InstructionSet::plain});
  if (has_native_int8()) all.push_back({.precision = Precision::int8});
  return all;
}

}  // namespace toccata::network
