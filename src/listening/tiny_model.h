#pragma once
// Models small enough to try every frame they can say: for tests.

#include <string>

#include "base/random.h"
#include "corpus/piece.h"
#include "network/model/weights.h"

namespace toccata::listening {

/// `notes` notes from 60 up, far from even chances (weights four times the usual).
inline network::Model tiny_model(int notes, bool articulation, std::uint64_t seed = 5) {
  network::Model model;
  model.config.roll.low = 60;
  model.config.roll.high = 60 + notes - 1;
  model.config.roll.articulation = articulation;
  model.config.window = 3;
  model.config.time_units = {5, 4};
  model.config.note_units = {4};
  model.values = network::initial_values(model.config, seed);
  for (float& value : model.values) value *= 4;
  model.hash = "tiny-" + std::to_string(seed);
  return model;
}

/// A piece that follows the model's rules, of random cells.
inline corpus::Piece random_piece_for(const network::Model& model, const std::string& name,
                                      int steps, std::uint64_t seed) {
  const music::Options& read = model.config.roll;
  corpus::Piece piece{
      name, music::make_roll(steps, read.low, read.high, read.grid, read.articulation), ""};
  Random random(seed, 0);
  for (int t = 0; t < steps; ++t) {
    for (int n = 0; n < piece.roll.notes(); ++n) {
      const bool before = t > 0 && (piece.roll.frame(t - 1)[n] & music::kPlay);
      if (random.below(2)) continue;
      const bool struck = read.articulation && (!before || random.below(2));
      piece.roll.frame(t)[n] = struck ? music::kPlay | music::kArticulate : music::kPlay;
    }
  }
  return piece;
}

}  // namespace toccata::listening
