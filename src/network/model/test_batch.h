#pragma once
// Small models and random batches for the tests and benchmarks of the training pass.

#include <algorithm>
#include <vector>

#include "base/random.h"
#include "music/batch.h"
#include "music/roll.h"
#include "network/model/config.h"
#include "network/model/weights.h"

namespace toccata::network {

inline Config small_config(int notes, std::vector<int> time_units, std::vector<int> note_units,
                           bool articulation = true) {
  Config config;
  config.roll.low = 60;
  config.roll.high = 60 + notes - 1;
  config.roll.articulation = articulation;
  config.time_units = std::move(time_units);
  config.note_units = std::move(note_units);
  return config;
}

/// The same with earlier frames and several notes below.
inline Config far_seeing(Config config) {
  config.echoes = {2, 5};
  config.echo_window = 3;
  config.lower_notes = 4;
  config.lower_chord = true;
  return config;
}

/// The same with a head for each note.
inline Config headed(Config config) {
  config.heads = Heads::per_note;
  return config;
}

/// The same with the past mixed along the notes.
inline Config mixed(Config config, int units) {
  config.mix_units = units;
  return config;
}

/// Valid frames (articulate exactly where an onset is certain or drawn), windows of several
/// lengths, the first of them the longest; even windows begin a piece.
inline music::Batch random_batch(const Config& config, int steps, int sequences, bool ragged,
                                 std::uint64_t seed) {
  Random random(seed, 1);
  const int notes = config.notes();
  music::Batch batch;
  batch.resize(steps, sequences, notes, config.history());
  for (int b = 0; b < sequences; ++b) {
    batch.lengths[b] = ragged && b > 0 ? 1 + static_cast<int>(random.below(steps)) : steps;
    batch.sample[b] = random.next();
    const int first = b % 2 == 0 ? 1 : 1 - batch.history;
    for (int t = first; t <= batch.lengths[b]; ++t)
      for (int n = 0; n < notes; ++n) {
        const bool before = t > first && (batch.frame(t - 1, b)[n] & music::kPlay);
        if (random.uniform() >= (before ? 0.7 : 0.2)) continue;
        const bool onset = config.roll.articulation && (!before || random.uniform() < 0.3);
        batch.frame(t, b)[n] = music::kPlay | (onset ? music::kArticulate : 0);
      }
  }
  for (int t = 0; t < steps; ++t)
    for (int b = 0; b < sequences; ++b) {
      const std::size_t at = static_cast<std::size_t>(t) * sequences + b;
      batch.bar_phase[at] = static_cast<float>(t % 16) / 16;
      batch.beat_phase[at] = static_cast<float>(t % 4) / 4;
      batch.step[at] = b % 2 == 0 ? t : t + 7;
    }
  return batch;
}

inline std::vector<double> to_double(const std::vector<float>& values) {
  return {values.begin(), values.end()};
}

}  // namespace toccata::network
