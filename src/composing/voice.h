#pragma once
// One voice out of a piece: what is harmonised.

#include "composing/order.h"
#include "music/roll.h"

namespace toccata::composing {

/// The highest (Voice::top) or lowest (Voice::bottom) sounding note of each step, as a piece of its
/// own; all of it for Voice::track. A note that comes to be the highest while it sounds begins
/// there.
music::Roll voice_of(const music::Roll& piece, Voice voice);

}  // namespace toccata::composing
