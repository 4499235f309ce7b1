#pragma once
// Roll files, the usual form of the benchmark sets (Boulanger-Lewandowski et al., ICML 2012): JSON
// {"train": [piece…], "valid": …, "test": …}. A piece is a list of frames, a frame the list of the
// MIDI pitches that sound. A frame is one step; there is no articulation. Optional:
// "steps_per_beat" (a whole number of steps per quarter note) and "meter" ("3/4" or [3, 4]; 4/4 if
// absent), which holds from frame 0 on.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "corpus/piece.h"
#include "music/options.h"
#include "notation/score.h"

namespace toccata::corpus {

/// The largest number of pieces that a file of `bytes` may claim. Each piece has a row of some 4
/// KiB in the report, and no real piece takes so few bytes.
inline std::size_t most_pieces(std::size_t bytes) {
  return std::max<std::size_t>(8192, bytes / 256);
}

/// All pieces of one part, in three flat lists, so that a file of empty brackets takes no more
/// memory than one of notes.
struct RollFilePart {
  std::vector<std::uint8_t> pitches;
  std::vector<std::uint32_t> frame_ends;  // in pitches
  std::vector<std::uint32_t> piece_ends;  // in frame_ends

  std::size_t pieces() const { return piece_ends.size(); }
};

struct RollFile {
  std::map<Part, RollFilePart> parts;  // the parts that the file names
  std::optional<int> steps_per_beat;
  int numerator = 0, denominator = 0;  // zeros: the file names no meter

  /// False if the file names no part: then it is some other JSON.
  bool holds_music() const { return !parts.empty(); }
};

/// `where` (the file's name) stands in errors. Throws Error if the text is not JSON or a part is
/// not a list of pieces (with the piece and the frame). Memory and time are linear in the text.
RollFile read_roll_file(std::string_view text, std::string_view where);

/// One piece as a Score of `read_as.grid` ticks per quarter note, with one note for each run of
/// frames in which a pitch sounds; in the file's meter, else in that of `read_as`.
notation::Score to_score(const RollFile& file, Part part, std::size_t index,
                         const music::Options& read_as);

}  // namespace toccata::corpus
