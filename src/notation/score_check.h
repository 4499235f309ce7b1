#pragma once

#include "notation/score.h"

namespace toccata::notation {

/// Throws Error, naming track, tick and value, where the Score holds what a MIDI file cannot:
/// values outside the bounds in score.h, negative ticks, a note that ends before it begins, a meter
/// whose denominator is no power of two up to 256, more than 65,534 tracks.
void check(const Score& score);

}  // namespace toccata::notation
