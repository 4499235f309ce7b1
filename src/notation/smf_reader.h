#pragma once
// Reads Standard MIDI Files (types 0, 1 and 2; any division) as they are found, not as they should
// be. It repairs what it can, saves every note that it can, and records each repair. Time and
// memory are linear in the bytes given: no length or count that a file claims is believed beyond
// the end of its bytes.
//
// - Notes are paired first in, first out, by track, channel and pitch. A note-on of velocity 0 is a
//   note-off; stray offs are ignored; open notes end with their track.
// - Tempo, meter and key may stand on any track and apply to all; sorted, without repeats.
// - A pedal change that repeats the state of its channel is left out.
// - An SMPTE division becomes a tick grid of 120 quarters per minute (60 if the division is odd),
//   so that real time is kept. The file's tempos do not count then, as the format says.
// - A first track that holds only tempo, meter and key is the conductor's; it becomes no Track of
//   the Score.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "notation/repairs.h"
#include "notation/score.h"

namespace toccata::notation {

struct ReadOptions {
  bool strict = false;  // true: Error at the first fault instead of a repair
};

struct ReadResult {
  std::vector<Score> scores;       // one; of a type 2 file one per track
  std::vector<Repair> repairs;     // the first 100
  std::uint64_t repair_count = 0;  // all of them
};

/// `where` (the file's name) stands in every message. Throws Error if the bytes hold no MIDI file,
/// its header is unusable (cut off, 0 ticks per quarter) or it has no track. With `strict` it also
/// throws at the first fault, with the byte.
ReadResult read_smf(std::span<const std::uint8_t> bytes, std::string_view where,
                    const ReadOptions& options = {});

}  // namespace toccata::notation
