#pragma once
// Piece: one piece of music as a model reads it.

#include <string>
#include <vector>

#include "roll/roll.h"

namespace toccata::corpus {

enum class Part { train, valid, test };

struct Piece {
  std::string name;  // path relative to the folder given, or "train[17]" in a roll file
  roll::Roll roll;
  // Names the music whatever its key: hash of the frames moved to a common lowest pitch. Equal for
  // duplicates.
  std::string hash;
};

}  // namespace toccata::corpus
