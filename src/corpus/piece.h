#pragma once
// Piece: one piece of music as a model reads it.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "music/roll.h"

namespace toccata::corpus {

enum class Part { train, valid, test };

/// How many cells of a Roll sound, and what becomes of notes: all that a model's first densities
/// and the number of notes hang on.
struct CellCounts {
  std::int64_t sounding = 0;
  std::int64_t open = 0;   // sound in this frame and in the one before: held, or struck again
  std::int64_t again = 0;  // of them struck again
  bool operator==(const CellCounts&) const = default;
};
CellCounts count_cells(const music::Roll& roll);

/// Frames that lie in a pack (pack.h) and are read when they are asked for.
struct PackedFrames {
  std::span<const std::uint8_t> bytes;
  std::shared_ptr<const void> keeper;  // what holds the bytes
  int lowest = 0, highest = -1;        // the rows that sound; none: highest < lowest
  CellCounts cells;
};

struct Piece {
  // Path relative to the folder given; where a file holds several pieces, with the piece's number
  // behind it: "x.mid[2]" in a type 2 file, "x.json:train[17]" in a roll file (only "train[17]"
  // where that file is all that was given).
  std::string name;
  music::Roll roll;
  // Names the music whatever its key: hash of the frames moved to a common lowest pitch. Equal for
  // duplicates.
  std::string hash;
  // Where there is one, `roll` has steps, range, grid and meters, but neither cells nor phases:
  // whole_roll has them.
  std::optional<PackedFrames> packed{};
};

/// A piece's Roll with its frames: its own, or read from the pack into `room`. Throws Error where
/// the pack is damaged there.
const music::Roll& whole_roll(const Piece& piece, music::Roll& room);

/// The counts of a piece, which a pack knows without reading the frames.
CellCounts cell_counts(const Piece& piece);

/// The hash that names a Roll's music: of its frames from the lowest to the highest pitch that
/// sounds, and of their number. Range, key, grid, meters and name do not enter.
std::string music_hash(const music::Roll& roll);

}  // namespace toccata::corpus
