#pragma once
// Pieces that copy no more than so much from a corpus: where one does, it is composed otherwise
// from the bar in which the copying starts.

#include <functional>

#include "composing/compose.h"
#include "listening/copying.h"

namespace toccata::composing {

struct CopyLimit {
  const listening::CopyIndex* corpus = nullptr;  // read as the model reads music
  double most_beats = 8;  // no stretch of the new music that stands in the corpus, under any
                          // transposition, lasts longer (quarter notes)
  int fewest_notes = 8;   // shorter stretches are no copying, however slow: any two chords do that
  int most_tries = 100;   // 1..4095; then the piece is given up
};

struct Refused {
  std::uint64_t number = 0;  // of the piece
  int tries = 0;
  listening::Copy copy;  // what it still copied; its step and bar are the new music's own
};

/// As compose, but each piece keeps within the limit. A piece that does not is composed once more,
/// with the random numbers of another try from the bar line at or before the copied stretch on
/// (Retry); where five tries from one bar have not helped, from a bar earlier. `done` gets the
/// pieces by number, `refused` those that are given up. What is composed is a function of model,
/// seed, number and limit; where nothing is left by the request, a piece is given up too. A piece's
/// retries alone, in its receipt, make it again without the corpus. Throws Error (usage) where the
/// limit is out of bounds.
void compose_without_copying(const network::Model& model, const Order& order,
                             const Resources& resources, const CopyLimit& limit,
                             const std::function<void(Composed&&)>& done,
                             const std::function<void(const Refused&)>& refused, Progress& progress,
                             const Stop& stop);

}  // namespace toccata::composing
