#pragma once
// From a track's events to a Track, and to the maps that apply to all tracks.

#include <cstdint>
#include <span>
#include <vector>

#include "notation/note_pairing.h"
#include "notation/repairs.h"
#include "notation/score.h"
#include "notation/smf_chunks.h"

namespace toccata::notation {

/// Tempos, meters and keys as the tracks of a file bring them, not yet tidied.
struct Maps {
  std::vector<TempoChange> tempos;
  std::vector<MeterChange> meters;
  std::vector<KeyChange> keys;
};

struct BuiltTrack {
  Track track;
  Tick end = 0;
  std::uint64_t stopped = 0;  // byte after the last one read
  bool ended = false;         // by an end-of-track event
};

/// Reads the events twice: once to count them, so that every list is allocated once at its true
/// size (a file of n bytes can hold n/3 notes; growing lists would hold them twice over), and once
/// to keep them.
BuiltTrack build_track(std::span<const std::uint8_t> bytes, const TrackBytes& where,
                       RepairLog& repairs, NotePairing& pairing, Maps& maps);

}  // namespace toccata::notation
