#pragma once

#include <string>

#include "roll/roll.h"

namespace toccata::composing {

/// Names the music that a Roll holds: cells, range, grid and meters. Not its key's equals: a
/// transposed piece has another hash.
std::string music_hash(const roll::Roll& roll);

}  // namespace toccata::composing
