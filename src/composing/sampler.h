#pragma once
// Drawing a note from its logits. Counter-based: each choice has a random number of its own, named
// by (seed, piece, step, note), so that a piece comes out the same whatever is composed beside it.

#include <cmath>
#include <cstdint>

#include "base/random.h"
#include "listening/loss.h"
#include "roll/roll.h"

namespace toccata::composing {

/// sigmoid(logit / temperature). Above 1 the choices are freer, below 1 safer; 1 is the model's own
/// distribution (Ackley, Hinton & Sejnowski 1985).
inline double chance(double logit, double temperature) {
  return 1 / (1 + std::exp(-logit / temperature));
}

/// The random numbers of one piece.
class PieceRandom {
 public:
  PieceRandom(std::uint64_t seed, std::uint64_t piece) : random_(seed, piece) {}
  double play(int step, int note) const { return random_.uniform_at(place(step, note)); }
  double articulate(int step, int note) const { return random_.uniform_at(place(step, note) + 1); }

 private:
  static std::uint64_t place(int step, int note) {
    return (static_cast<std::uint64_t>(step) << 8) | (static_cast<std::uint64_t>(note) << 1);
  }
  Random random_;
};

/// Draws the cell of note `note` at step `step`: first play; then articulate, where the note played
/// in the frame before too. Else articulate equals play, without a draw.
///   logits (C): play, and articulate where channels is 2
inline std::uint8_t draw_cell(const PieceRandom& random, int step, int note, std::uint8_t previous,
                              const float* logits, int channels, double temperature) {
  if (random.play(step, note) >= chance(logits[0], temperature)) return 0;
  if (channels == 1) return roll::kPlay;
  const bool struck = !listening::articulate_is_open(previous, roll::kPlay) ||
                      random.articulate(step, note) < chance(logits[1], temperature);
  return struck ? roll::kPlay | roll::kArticulate : roll::kPlay;
}

}  // namespace toccata::composing
