#pragma once
// Puts a Score in the order that it promises: notes sorted, maps sorted and without repeats.

#include <vector>

#include "notation/score.h"

namespace toccata::notation {

/// Sorts by onset, then pitch, then channel, end and velocities, in place. Linear if the notes are
/// already in order of onset.
void sort_notes(std::vector<Note>& notes);

// Sort by tick. Of several entries at one tick the last counts. Entries that change nothing are
// left out (but the first stays, even if it is the default).
void tidy(std::vector<TempoChange>& tempos);
void tidy(std::vector<MeterChange>& meters);
void tidy(std::vector<KeyChange>& keys);

}  // namespace toccata::notation
