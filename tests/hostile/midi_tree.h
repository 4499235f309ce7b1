#pragma once
// A Standard MIDI File as a tree of chunks and events, each of which can be made wrong by itself.
// Sound trees are drawn from a stream of random numbers; malformed_midi.h and midi_mutants.h break
// them.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/random.h"

namespace toccata::hostile {

struct Event {
  Bytes delta = {0};  // a variable-length quantity
  Bytes body;         // status (unless it runs on) and data

  bool is_end() const { return body.size() == 3 && body[0] == 0xff && body[1] == 0x2f; }
};

struct Chunk {
  std::string id = "MTrk";
  std::vector<Event> events;
  Bytes behind;                         // raw bytes behind the events, inside the chunk
  std::optional<std::uint32_t> claims;  // its length by its own word; nothing: the true one
};

struct MidiTree {
  Bytes before;  // raw bytes before the header
  std::uint32_t header_claims = 6;
  std::uint16_t format = 1;
  std::optional<std::uint16_t> tracks;  // by the header's word; nothing: the true number
  std::uint16_t division = 96;
  std::vector<Chunk> chunks;
  Bytes after;
};

Bytes to_bytes(const MidiTree& tree);

/// `value` (below 2^28) as a variable-length quantity, in `least` bytes or more.
Bytes variable_length(std::uint32_t value, int least = 1);

/// A file that is sound in every way and needs no repair: type 0, 1 or 2, any division, running
/// status, notes that end by offs or by ons of velocity 0 and overlap as they like, controllers,
/// bends, system exclusive and meta events of every kind. Every track holds a note.
MidiTree sound_tree(Random& random);

}  // namespace toccata::hostile
