#pragma once
// Makes a Track from the events of a track, and collects the maps that apply to all tracks.

#include <cstdint>
#include <span>
#include <vector>

#include "notation/note_pairing.h"
#include "notation/repairs.h"
#include "notation/score.h"
#include "notation/smf_chunks.h"

namespace toccata::notation {

/// Tempos, meters and keys in the order of the file's tracks, not yet sorted.
struct Maps {
  std::vector<TempoChange> tempos;
  std::vector<MeterChange> meters;
  std::vector<KeyChange> keys;
};

struct BuiltTrack {
  Track track;
  Tick end = 0;
  std::uint64_t stopped = 0;  // the byte after the last one read
  bool ended = false;         // whether an end-of-track event ended it
};

/// Reads the events twice: first to count them, so that every list is allocated once at its true
/// size, then to keep them. (A file of n bytes can hold n/3 notes; growing lists would hold them
/// twice.)
BuiltTrack build_track(std::span<const std::uint8_t> bytes, const TrackBytes& where,
                       RepairLog& repairs, NotePairing& pairing, Maps& maps);

}  // namespace toccata::notation
