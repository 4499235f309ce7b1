#pragma once
// The sustain pedal, as notes that sound longer.

#include <vector>

#include "notation/score.h"

namespace toccata::music {

/// The ends of all notes of a Score with the pedal held, track by track in the order of its notes;
/// what it does is said at from_score, Pedal::extend.
std::vector<notation::Tick> pedalled_ends(const notation::Score& score);

}  // namespace toccata::music
