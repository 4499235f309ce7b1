#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "music/from_score.h"
#include "music/on_beats.h"
#include "notation/event_file.h"

namespace toccata::composing {

/// A given file, event for event. The piece becomes a patch to it (patch.h).
struct GivenSource {
  notation::EventFile file;
  std::vector<notation::FileNote> notes;  // of the file
  std::vector<music::HeardNote> heard;    // of each, in steps of GivenFile::music
  std::vector<bool> given;                // of each: of a melody's file, whether it is of the voice
  std::int64_t first_step = 0;            // of the grid: where GivenFile::music begins
  std::optional<music::BeatGrid> grid;    // where it does not lie on the file's own ticks
  int ticks_per_quarter = 480;
  std::uint32_t tempo = 500000;  // the first, in microseconds per quarter note; of found beats the
                                 // median
  std::string hash;              // of the file's bytes
};

}  // namespace toccata::composing
