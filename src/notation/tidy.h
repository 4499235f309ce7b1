#pragma once
// The order and plainness that a Score promises: notes sorted, maps sorted and without repeats.

#include <vector>

#include "notation/score.h"

namespace toccata::notation {

/// Sorts by onset, then pitch, then channel, end and velocities, in place. Linear where the notes
/// stand in order of onset already.
void sort_notes(std::vector<Note>& notes);

// Sorted by tick; of several at one tick the last one given counts; what changes nothing is left
// out (the first entry stays, even where it says the default).
void tidy(std::vector<TempoChange>& tempos);
void tidy(std::vector<MeterChange>& meters);
void tidy(std::vector<KeyChange>& keys);

}  // namespace toccata::notation
