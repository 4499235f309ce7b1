#pragma once
// The sustain pedal: it makes notes longer.

#include <vector>

#include "notation/score.h"

namespace toccata::music {

/// The ends of all notes of a Score under the pedal, track by track in the order of its notes;
/// from_score, Pedal::extend, says how.
std::vector<notation::Tick> pedalled_ends(const notation::Score& score);

}  // namespace toccata::music
