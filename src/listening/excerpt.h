#pragma once
// A part of a piece as a piece of its own.

#include "music/roll.h"

namespace toccata::listening {

/// Steps begin … begin+length-1, with their place in the bar as in the whole. Notes that sound on
/// into the part begin there. Throws Error where the part is not within the Roll.
music::Roll excerpt(const music::Roll& roll, int begin, int length);

}  // namespace toccata::listening
