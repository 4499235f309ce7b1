#pragma once
// Roll files, the usual form of the benchmark sets (Boulanger-Lewandowski et al., ICML 2012): JSON
// {"train": [piece…], "valid": …, "test": …}; a piece is a list of frames, a frame the list of the
// MIDI pitches that sound. One step a frame, no articulation. Optionally "steps_per_beat" (a whole
// number: steps a quarter note) and "meter" ("3/4" or [3, 4]; 4/4 where absent) from frame 0 on.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "corpus/piece.h"
#include "notation/score.h"

namespace toccata::corpus {

/// The most pieces that a file of `bytes` may claim. Each has a row in the report, of some 4 KiB,
/// and no piece of music takes so few bytes.
inline std::size_t most_pieces(std::size_t bytes) {
  return std::max<std::size_t>(8192, bytes / 256);
}

/// All pieces of one part, in three flat lists: a file of empty brackets must not cost more memory
/// than one of notes.
struct RollFilePart {
  std::vector<std::uint8_t> pitches;
  std::vector<std::uint32_t> frame_ends;  // in pitches
  std::vector<std::uint32_t> piece_ends;  // in frame_ends

  std::size_t pieces() const { return piece_ends.size(); }
};

struct RollFile {
  std::map<Part, RollFilePart> parts;  // those that the file names
  std::optional<int> steps_per_beat;
  int numerator = 4, denominator = 4;

  /// A file that names no part is other people's JSON.
  bool holds_music() const { return !parts.empty(); }
};

/// `where` (the file's name) stands in errors. Throws Error where the text is not JSON or a part is
/// no list of pieces (says which piece and frame). Memory and time are linear in the text.
RollFile read_roll_file(std::string_view text, std::string_view where);

/// One piece as a Score of `grid` ticks a quarter note; a note for each stretch of frames in which
/// a pitch sounds.
notation::Score to_score(const RollFile& file, Part part, std::size_t index, int grid);

/// "train", "valid" or "test".
std::string_view part_name(Part part);
std::optional<Part> part_from_name(std::string_view name);

}  // namespace toccata::corpus
