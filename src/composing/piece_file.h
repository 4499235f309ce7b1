#pragma once
// A composed piece as a MIDI file with its receipt, and the same file made again from the receipt.

#include "base/files.h"
#include "composing/receipt.h"

namespace toccata::composing {

/// The file's bytes, with the receipt as a text event at its beginning: a patch to the file that
/// was given (patch.h), or else type 1 with tempo, meters and one track. Throws Error (usage) where
/// tempo or velocity are out of bounds.
Bytes write_piece(const Composed& piece, const Receipt& receipt);

/// Composes the receipt's piece once more, in its own arithmetic, and writes it. The music that its
/// order names must have been read. Throws Error, saying what was expected and found, where the
/// model, the arithmetic or any of that music is not what the receipt names, or where `stop` was
/// requested.
Bytes make_again(const Receipt& receipt, const network::Model& model, int threads,
                 Progress& progress, const Stop& stop);

/// Why `found`, a file with this receipt, is not what `made` it came out as here, in words: another
/// version wrote it, or it was edited; and whether its notes are the same. Empty where they are
/// equal.
std::string difference(const Receipt& receipt, const Bytes& found, const Bytes& made,
                       std::string_view program);

}  // namespace toccata::composing
