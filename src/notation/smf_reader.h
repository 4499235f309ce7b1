#pragma once
// Reading Standard MIDI Files (types 0, 1 and 2; any division) as they are found, not as they
// should be. What can be repaired is repaired and every note that can be saved is saved; each
// repair is recorded. Own and bounded: time and memory are linear in the bytes given, and no length
// or count that a file claims is believed further than its bytes reach.
//
// - Notes are paired first in, first out, by track, channel and pitch; a note-on of velocity 0 is a
//   note-off; stray offs are ignored; open notes end with their track.
// - Tempo, meter and key may stand on any track and apply to all; sorted, without repeats.
// - A pedal change that repeats the state its channel is in is no change, and left out.
// - An SMPTE division becomes a tick grid of 120 quarters a minute (or 60, where the division is
//   odd) so that real time is kept; the file's tempos do not count then, as the format says.
// - A first track that holds nothing but maps is the conductor's, and no Track of the Score.

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

/// `where` (the file's name) stands in every message. Throws Error where the bytes hold no MIDI
/// file, its header cannot be used (cut off, 0 ticks a quarter) or there is no track; strict
/// also where anything would need repair, naming the byte.
ReadResult read_smf(std::span<const std::uint8_t> bytes, std::string_view where,
                    const ReadOptions& options = {});

}  // namespace toccata::notation
