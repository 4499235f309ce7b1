#pragma once
// The numbers of a model's memory within the piece (network/model/memory.h), fitted on pieces that
// its network has not learned from: on its own training pieces it knows too well what follows.

#include <span>

#include "base/progress.h"
#include "base/stop.h"
#include "base/words.h"
#include "corpus/piece.h"
#include "network/model/weights.h"

namespace toccata::listening {

/// Nats per step, higher is better, pooled over all pieces.
struct MemoryFit {
  network::Memory memory;  // rounded to four decimals
  double without = 0;      // of the network alone
  double with = 0;         // of memory on the pieces that it was fitted on
  // The fair figure: of each half of the pieces, with what was fitted on the other.
  double unseen = 0;
};

/// What a memory may repeat: any frame, which gives the highest likelihood; or those alone in which
/// something begins. When a model composes, held notes and silence that are remembered feed on
/// themselves.
enum class Remembered { onsets, all };
constexpr auto words(Remembered) {
  return word_list<Remembered>({{"onsets", Remembered::onsets}, {"all", Remembered::all}});
}

/// Maximises the pieces' likelihood by Rprop (Riedmiller & Braun 1993), with a pull to where it
/// began. A memory that the model has already is ignored. The same pieces give the same numbers,
/// whatever the threads. Throws Error where there are fewer than two pieces, where the model cannot
/// read them, and when `stop` is requested.
MemoryFit fit_memory(const network::Model& model, std::span<const corpus::Piece* const> pieces,
                     Remembered remembered, int threads, Progress& progress, const Stop& stop);

}  // namespace toccata::listening
