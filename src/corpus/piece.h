#pragma once
// Piece: one piece of music as a model reads it.

#include <string>
#include <vector>

#include "roll/roll.h"

namespace toccata::corpus {

enum class Part { train, valid, test };

struct Piece {
  // Path relative to the folder given; where a file holds several pieces, with the piece's number
  // behind it: "x.mid[2]" in a type 2 file, "x.json:train[17]" in a roll file (only "train[17]"
  // where that file is all that was given).
  std::string name;
  roll::Roll roll;
  // Names the music whatever its key: hash of the frames moved to a common lowest pitch. Equal for
  // duplicates.
  std::string hash;
};

/// The hash that names a Roll's music: of its frames from the lowest to the highest pitch that
/// sounds, and of their number. Range, key, grid, meters and name do not enter.
std::string music_hash(const roll::Roll& roll);

}  // namespace toccata::corpus
