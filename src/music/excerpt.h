#pragma once
// Cuts a part out of a piece.

#include "music/roll.h"

namespace toccata::music {

/// Steps begin … begin+length-1 as a Roll, with the same places in the bar. Notes that sound into
/// the part begin with it. Throws Error if the part is not within the Roll.
Roll excerpt(const Roll& roll, int begin, int length);

}  // namespace toccata::music
