#pragma once
// The sustain pedal, as notes that sound longer.

#include <vector>

#include "midi/score.h"

namespace toccata::roll {

/// The ends of all notes of a Score with the pedal held, track by track in the order of its notes;
/// what it does is said at from_score, Pedal::extend.
std::vector<midi::Tick> pedalled_ends(const midi::Score& score);

}  // namespace toccata::roll
