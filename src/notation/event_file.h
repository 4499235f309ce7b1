#pragma once
// EventFile: a Standard MIDI File as its own lists of events, so that a few can be taken out or put
// in and all others stay as they are, byte for byte. The Score (score.h) is what such a file means;
// this is what it says.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/files.h"
#include "notation/repairs.h"
#include "notation/score.h"

namespace toccata::notation {

struct FileEvent {
  Tick tick = 0;
  std::uint8_t status = 0;              // 80..EF with the channel; F0, F7; FF
  std::uint8_t first = 0;               // data of a channel's event, or the type of a meta event
  std::uint8_t second = 0;              // 0 where there is one byte of data
  bool running = false;                 // written without its status byte where that is possible
  std::uint32_t begin = 0, length = 0;  // other data, in EventFile::data
};

struct FileTrack {
  Bytes before;                   // chunks of other kinds that stand before it
  std::vector<FileEvent> events;  // in the file's order; without the end-of-track event,
  Tick end = 0;                   // which stands here
};

struct EventFile {
  int format = 1;
  std::uint16_t division = 480;  // as in the file
  Bytes header_rest;             // what a header longer than 6 bytes holds behind the division
  std::vector<FileTrack> tracks;
  Bytes behind;  // chunks of other kinds after the last track
  Bytes data;    // of meta and system exclusive events
  std::vector<Repair> repairs = {};
  std::uint64_t repair_count = 0;

  std::span<const std::uint8_t> data_of(const FileEvent& event) const {
    return std::span(data).subspan(event.begin, event.length);
  }
  /// A meta event with these data.
  FileEvent meta(Tick tick, std::uint8_t type, std::string_view text);
};

/// A note of an EventFile and the places of its events in its track.
struct FileNote {
  Note note;
  std::size_t track = 0;
  std::uint32_t on = 0;
  std::optional<std::uint32_t> off = {};  // none: it ends with its track
};

/// Reads a file with the repairs of read_smf, which `repairs` names. What needed none is written
/// again as it was. Throws Error as read_smf does.
EventFile read_event_file(std::span<const std::uint8_t> bytes, std::string_view where);

/// The file's bytes. Type 0 becomes type 1 where there are several tracks.
Bytes write_event_file(const EventFile& file);

/// The notes by track and onset, paired as read_smf pairs them.
std::vector<FileNote> notes_of(const EventFile& file);

/// True of a note-off, and of a note-on of velocity 0.
bool ends_note(const FileEvent& event);

/// Takes the events marked in `removed` (one for each event) out of a track and puts `added` in, in
/// any order. At a tick, ends of notes stand before what the track has there, all else behind it.
/// The end of the track moves only where an event would stand behind it.
void edit(FileTrack& track, const std::vector<bool>& removed, std::vector<FileEvent> added);

/// Multiplies every tick, and the division, by `factor`: nothing changes in time. Throws Error if
/// the division would not fit.
void refine(EventFile& file, int factor);

}  // namespace toccata::notation
