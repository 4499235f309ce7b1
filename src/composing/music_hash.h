#pragma once

#include <string>

#include "music/roll.h"

namespace toccata::composing {

/// Names the music that a Roll holds: cells, range, grid and meters. Not its key's equals: a
/// transposed piece has another hash.
std::string music_hash(const music::Roll& roll);

}  // namespace toccata::composing
