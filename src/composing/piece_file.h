#pragma once
// A composed piece as a MIDI file with its receipt, and the same file made again from the receipt.

#include "base/files.h"
#include "composing/receipt.h"

namespace toccata::composing {

/// The file's bytes: type 1, tempo, meters, one track, the receipt as its first text event.
Bytes write_piece(const Composed& piece, const Receipt& receipt);

/// Composes the receipt's piece once more and writes it. Equal to the first file, byte for byte,
/// where the arithmetic is the receipt's too. Throws Error, saying what was expected and found,
/// where the model, the primer or the music of the request is not what the receipt names (`prime`:
/// the primer as the model hears it; null where there was none), or where `stop` was requested.
Bytes make_again(const Receipt& receipt, const network::Model& model, const music::Roll* prime,
                 const RequestMusic& music, int threads, Progress& progress, const Stop& stop);

}  // namespace toccata::composing
