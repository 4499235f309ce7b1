#pragma once

#include "notation/score.h"

namespace toccata::notation {

/// Throws Error, with track, tick and value, if the Score cannot be a MIDI file: values outside the
/// bounds in score.h, negative ticks, a note that ends before it begins, a meter whose denominator
/// is not a power of two up to 256, more than 65,534 tracks.
void check(const Score& score);

}  // namespace toccata::notation
