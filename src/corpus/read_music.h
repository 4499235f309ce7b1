#pragma once
// One file to its pieces.

#include <optional>
#include <string>
#include <vector>

#include "corpus/import.h"
#include "corpus/music_files.h"
#include "music/grid_fit.h"

namespace toccata::corpus {

/// One row of the report, and its piece where it is kept.
struct ReadPiece {
  FileReport report;
  std::optional<Piece> piece;
  std::optional<Part> part;  // of a roll file
  music::GridFit fit;
};

struct ReadMusic {
  std::vector<ReadPiece> pieces;  // at least one: a file that could not be read is a row, too
  std::uint64_t bytes = 0;
  bool roll_file = false;
};

/// Reads a file of music as find_music lists it. Whatever is wrong with it becomes its row's
/// reason; nothing is thrown but what is no fault of the file (no memory). `alone`: the file is all
/// that was given.
ReadMusic read_music(const MusicFile& file, const ImportOptions& options, bool alone);

}  // namespace toccata::corpus
