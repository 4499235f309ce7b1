#pragma once
// For tests: a tiny corpus made on the spot, music of a kind: scales and chords that a model can
// learn, drawn from a seed.

#include <string>
#include <vector>

#include "base/random.h"
#include "corpus/piece.h"
#include "corpus/windows.h"
#include "music/roll.h"
#include "training/data.h"

namespace toccata::training {

struct TestMusic {
  int low = 60, high = 71;
  bool articulation = true;
  bool far_seeing = false;  // the model sees echoes and several notes below
  network::Heads heads = network::Heads::shared;
  int mix_units = 0;  // it mixes the past along the notes
};

/// A piece of `steps` steps: a melody that climbs and falls by a drawn pattern, every fourth step a
/// chord that is held.
inline corpus::Piece test_piece(int number, int steps, const TestMusic& music = {}) {
  corpus::Piece piece;
  piece.name = "piece-" + std::to_string(number);
  piece.roll = music::make_roll(steps, music.low, music.high, 4, music.articulation);
  Random random(7, static_cast<std::uint64_t>(number));
  const int notes = piece.roll.notes();
  int melody = static_cast<int>(random.below(static_cast<std::uint64_t>(notes)));
  const auto strike = [&](int step, int note, int length) {
    for (int t = step; t < std::min(step + length, steps); ++t)
      piece.roll.frame(t)[note] = static_cast<std::uint8_t>(
          music::kPlay | (t == step && music.articulation ? music::kArticulate : 0));
  };
  for (int t = 0; t < steps; ++t) {
    melody = (melody + 2 + static_cast<int>(random.below(2))) % notes;
    if (t % 4 == 0) strike(t, (t / 4 * 3 + number) % notes, 4);
    strike(t, melody, 1);
  }
  piece.hash = corpus::music_hash(piece.roll);
  return piece;
}

/// `train` and `valid` pieces of 40 to 90 steps.
struct TestData {
  std::vector<corpus::Piece> pieces;
  TrainingData data;

  TestData(int train, int valid, const TestMusic& music = {}) {
    for (int i = 0; i < train + valid; ++i)
      pieces.push_back(test_piece(i, 40 + 13 * i % 51, music));
    for (int i = 0; i < train + valid; ++i)
      (i < train ? data.train : data.valid).push_back(&pieces[static_cast<std::size_t>(i)]);
    data.stages = {{data.train, data.valid}};
    for (const corpus::Piece* piece : data.train) data.trained.insert(piece->hash);
  }
};

inline TrainOptions test_options(const TestMusic& music = {}) {
  TrainOptions options;
  options.paths = {"made-in-the-test"};
  options.name = "test";
  options.model.roll.low = music.low;
  options.model.roll.high = music.high;
  options.model.roll.articulation = music.articulation;
  options.model.window = 9;
  if (music.far_seeing) options.model.echoes = {3, 8};
  options.model.lower_notes = music.far_seeing ? 3 : 1;
  options.model.lower_chord = music.far_seeing;
  options.average = 0;
  options.model.heads = music.heads;
  options.model.mix_units = music.mix_units;
  options.model.time_units = {12, 10};
  options.model.note_units = {8};
  options.batch_size = 3;
  options.time_steps = 16;
  options.keep_prob = 0.8;
  options.threads = 1;
  options.precision = TrainPrecision::f32;
  options.validate_every = 5;
  options.save_every = 4;
  options.optimiser.learning_rate = 0.01;
  return options;
}

inline music::Batch test_batch(const TestData& data, const TrainOptions& options) {
  corpus::Windows windows(data.data.train, {.steps = options.time_steps,
                                            .sequences = options.batch_size,
                                            .history = options.model.history(),
                                            .seed = options.seed});
  return windows.next();
}

}  // namespace toccata::training
