#pragma once
// Reads one file into its pieces.

#include <optional>
#include <string>
#include <vector>

#include "corpus/import_options.h"
#include "corpus/music_files.h"
#include "corpus/piece.h"
#include "corpus/report.h"
#include "music/grid_fit.h"

namespace toccata::corpus {

/// One row of the report, and its piece if it is kept.
struct ReadPiece {
  FileReport report;
  std::optional<Piece> piece;
  std::optional<Part> part;  // of a roll file
  music::GridFit fit;
};

struct ReadMusic {
  std::vector<ReadPiece> pieces;  // at least one: an unreadable file has a row, too
  std::uint64_t bytes = 0;
  bool roll_file = false;
};

/// Reads a file that find_music listed. A fault of the file becomes the reason in its row; only
/// other failures (no memory, options out of bounds) are thrown. `alone`: no other file was given.
ReadMusic read_music(const MusicFile& file, const ImportOptions& options, bool alone);

}  // namespace toccata::corpus
