#pragma once
// Piece: one piece of music as a model reads it.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "roll/roll.h"

namespace toccata::corpus {

enum class Part { train, valid, test };

/// Frames that lie in a pack (pack.h) and are read when they are asked for.
struct PackedFrames {
  std::span<const std::uint8_t> bytes;
  std::shared_ptr<const void> keeper;  // what holds the bytes
  int lowest = 0, highest = -1;        // the rows that sound; none: highest < lowest
};

struct Piece {
  // Path relative to the folder given; where a file holds several pieces, with the piece's number
  // behind it: "x.mid[2]" in a type 2 file, "x.json:train[17]" in a roll file (only "train[17]"
  // where that file is all that was given).
  std::string name;
  roll::Roll roll;
  // Names the music whatever its key: hash of the frames moved to a common lowest pitch. Equal for
  // duplicates.
  std::string hash;
  // Where there is one, `roll` has steps, range, grid and meters, but neither cells nor phases:
  // whole_roll has them.
  std::optional<PackedFrames> packed{};
};

/// A piece's Roll with its frames: its own, or read from the pack into `room`. Throws Error where
/// the pack is damaged there.
const roll::Roll& whole_roll(const Piece& piece, roll::Roll& room);

/// The hash that names a Roll's music: of its frames from the lowest to the highest pitch that
/// sounds, and of their number. Range, key, grid, meters and name do not enter.
std::string music_hash(const roll::Roll& roll);

}  // namespace toccata::corpus
