#pragma once
// Piece: one piece of music as a model reads it.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/words.h"
#include "music/roll.h"

namespace toccata::corpus {

enum class Part { train, valid, test };
constexpr auto words(Part) {
  return word_list<Part>({{"train", Part::train}, {"valid", Part::valid}, {"test", Part::test}});
}

/// Counts of a Roll's cells. The number of notes and a model's starting densities follow from them.
struct CellCounts {
  std::int64_t sounding = 0;
  std::int64_t open = 0;   // sound in this frame and in the one before: held or struck again
  std::int64_t again = 0;  // of these, struck again
  bool operator==(const CellCounts&) const = default;
};
CellCounts count_cells(const music::Roll& roll);

/// Frames in a pack (pack.h), read when they are asked for.
struct PackedFrames {
  std::span<const std::uint8_t> bytes;
  std::shared_ptr<const void> keeper;  // keeps the bytes alive
  int lowest = 0, highest = -1;        // the rows that sound; highest < lowest if none does
  CellCounts cells;
};

struct Piece {
  // The path relative to the folder given. If a file holds several pieces, the number of the piece
  // follows: "x.mid[2]" in a type 2 file, "x.json:train[17]" in a roll file (only "train[17]" if
  // no other path was given).
  std::string name;
  music::Roll roll;
  // Identifies the music in any key: the hash of the frames, moved to a common lowest pitch. Equal
  // for duplicates.
  std::string hash;
  // If set, `roll` has steps, range, grid and meters, but neither cells nor phases; whole_roll
  // gives those.
  std::optional<PackedFrames> packed{};
};

/// A piece's Roll with its frames: its own, or read from the pack into `room`. Throws Error if the
/// pack is damaged there.
const music::Roll& whole_roll(const Piece& piece, music::Roll& room);

/// The counts of a piece; a pack has them without reading the frames.
CellCounts cell_counts(const Piece& piece);

/// The hash that identifies a Roll's music: of its frames from the lowest to the highest sounding
/// pitch, and of their number. Range, key, grid, meters and name do not enter.
std::string music_hash(const music::Roll& roll);

}  // namespace toccata::corpus
