#include "notation/smf_chunks.h"

#include <algorithm>
#include <string_view>

#include "base/error.h"
#include "base/text.h"
#include "notation/byte_cursor.h"
#include "notation/foreign_file.h"

namespace toccata::notation {
namespace {

constexpr std::uint64_t kChunkHead = 8;     // id and length
constexpr std::uint64_t kHeaderBody = 6;    // format, tracks, division
constexpr std::size_t kMostTracks = 65535;  // what a header can count

std::uint32_t length_at(std::span<const std::uint8_t> bytes, std::uint64_t place) {
  return big_endian(bytes.subspan(place + 4, 4));
}

/// The first `id` at or after `place`, or `end`.
std::uint64_t find_id(std::span<const std::uint8_t> bytes, std::uint64_t place, std::uint64_t end,
                      std::string_view id) {
  if (place >= end) return end;
  const auto from = bytes.begin() + static_cast<std::ptrdiff_t>(place);
  const auto to = bytes.begin() + static_cast<std::ptrdiff_t>(end);
  return static_cast<std::uint64_t>(
      std::search(from, to, id.begin(), id.end(),
                  [](std::uint8_t a, char b) { return a == static_cast<std::uint8_t>(b); }) -
      bytes.begin());
}

/// True where a chunk seems to begin: a track, or four printable characters and a length that fits.
bool chunk_at(std::span<const std::uint8_t> bytes, std::uint64_t place, std::uint64_t end) {
  if (place > end || end - place < kChunkHead) return false;
  if (id_at(bytes, place, "MTrk")) return true;
  for (std::uint64_t i = 0; i < 4; ++i)
    if (bytes[place + i] < 0x20 || bytes[place + i] > 0x7e) return false;
  return length_at(bytes, place) <= end - place - kChunkHead;
}

/// The end of the MIDI file inside a RIFF RMID wrapping, whose lengths are little-endian.
std::uint64_t end_in_riff(std::span<const std::uint8_t> bytes, std::uint64_t start) {
  if (start < kChunkHead || !id_at(bytes, start - kChunkHead, "data")) return bytes.size();
  std::uint64_t length = 0;
  for (std::uint64_t i = 4; i-- > 0;) length = length << 8 | bytes[start - 4 + i];
  return length >= kChunkHead + kHeaderBody ? std::min<std::uint64_t>(start + length, bytes.size())
                                            : bytes.size();
}

}  // namespace

Header read_header(std::span<const std::uint8_t> bytes, RepairLog& repairs) {
  const std::uint64_t start = find_id(bytes, 0, bytes.size(), "MThd");
  if (start == bytes.size())
    fail("{}: expected a MIDI file, found {}", repairs.where(), describe_foreign(bytes));
  Header header;
  header.end = bytes.size();
  if (id_at(bytes, 0, "RIFF") && id_at(bytes, 8, "RMID"))
    header.end = end_in_riff(bytes, start);
  else if (start > 0)
    repairs.add(0, "{} before the MIDI header, skipped", counted(start, "byte"));
  if (header.end - start < kChunkHead + kHeaderBody)
    fail("{}: byte {}: the MIDI header is cut off: expected 14 bytes, found {}", repairs.where(),
         start, header.end - start);

  const std::uint64_t body = start + kChunkHead;
  header.body_end = body + kHeaderBody;
  header.format = static_cast<int>(big_endian(bytes.subspan(body, 2)));
  header.tracks = static_cast<int>(big_endian(bytes.subspan(body + 2, 2)));
  header.division = static_cast<std::uint16_t>(big_endian(bytes.subspan(body + 4, 2)));
  if (header.format > 2) {
    repairs.add(body, "file type {}, where 0, 1 and 2 exist; read as type 1", header.format);
    header.format = 1;
  }
  // A longer header is allowed (RP-001: "ignore the rest"), as long as something stands behind it.
  const std::uint64_t length = length_at(bytes, start);
  header.next = body + std::max(length, kHeaderBody);
  if (length < kHeaderBody)
    repairs.add(start + 4, "a header length of {}, where 6 is the least; read as 6", length);
  else if (length > kHeaderBody && !chunk_at(bytes, header.next, header.end)) {
    repairs.add(start + 4, "a wrong header length of {}; read as 6", length);
    header.next = body + kHeaderBody;
  }
  return header;
}

std::optional<TrackBytes> next_track(std::span<const std::uint8_t> bytes, std::uint64_t place,
                                     std::uint64_t end, RepairLog& repairs) {
  while (place < end && !id_at(bytes, place, "MTrk")) {
    const bool alien = chunk_at(bytes, place, end);
    const std::uint64_t behind =
        alien ? place + kChunkHead + length_at(bytes, place) : std::uint64_t{0};
    if (alien && (behind == end || chunk_at(bytes, behind, end))) {
      place = behind;  // an alien chunk, which RP-001 allows: not a fault
      continue;
    }
    const std::uint64_t found = find_id(bytes, place, end, "MTrk");
    if (found == end)
      repairs.add(place, "{} of no track, left out", counted(end - place, "byte"));
    else
      repairs.add(place, "{} between the chunks, skipped", counted(found - place, "byte"));
    place = found;
  }
  if (place >= end) return std::nullopt;
  if (end - place < kChunkHead) {
    repairs.add(place, "a track cut off within its head, left out");
    return std::nullopt;
  }
  TrackBytes track;
  track.begin = place + kChunkHead;
  track.claimed = track.begin + length_at(bytes, place);
  track.sure = track.claimed == end || chunk_at(bytes, track.claimed, end);
  track.limit = track.sure ? track.claimed : end;
  return track;
}

std::uint64_t after_track(std::span<const std::uint8_t> bytes, const TrackBytes& track,
                          std::uint64_t stopped, bool ended, std::uint64_t end,
                          RepairLog& repairs) {
  const std::uint64_t length_byte = track.begin - 4;
  if (stopped == track.claimed) return stopped;
  if (!ended) {
    // Its events ended where they could not be read on, or where another track begins.
    if (track.sure) return track.claimed;
    if (track.claimed > end)
      repairs.add(length_byte, "a track length that reaches {} past the file's end",
                  counted(track.claimed - end, "byte"));
    else
      repairs.add(length_byte, "a wrong track length");
    return stopped;
  }
  if (track.claimed < stopped) {
    repairs.add(length_byte, "a track length too short by {}; read on to the end of track",
                counted(stopped - track.claimed, "byte"));
    return stopped;
  }
  if (!track.sure || id_at(bytes, stopped, "MTrk")) {
    repairs.add(length_byte, "a track length too long by {}; read to the end of track",
                counted(track.claimed - stopped, "byte"));
    return stopped;
  }
  repairs.add(stopped, "{} after the end of track, left out",
              counted(track.claimed - stopped, "byte"));
  return track.claimed;
}

std::size_t read_tracks(std::span<const std::uint8_t> bytes, const Header& header,
                        RepairLog& repairs, const std::function<TrackStop(const TrackBytes&)>& read,
                        const std::function<void(std::span<const std::uint8_t>)>& between) {
  std::uint64_t place = header.next;
  std::size_t count = 0;
  for (;;) {
    const std::uint64_t mended = repairs.count();
    const auto track = next_track(bytes, place, header.end, repairs);
    const std::uint64_t reached = track ? track->begin - kChunkHead : header.end;
    // What needed a repair is no chunk, and is not kept.
    if (between && reached > place && repairs.count() == mended)
      between(bytes.subspan(place, reached - place));
    if (!track) break;
    if (++count > kMostTracks)
      fail("{}: byte {}: more than {} tracks, which no MIDI file can have", repairs.where(),
           track->begin, kMostTracks);
    const TrackStop stop = read(*track);
    place = after_track(bytes, *track, stop.byte, stop.ended, header.end, repairs);
  }
  if (count == 0)
    fail("{}: byte {}: a MIDI header without a track behind it: expected the letters MTrk",
         repairs.where(), header.next);
  if (static_cast<std::size_t>(header.tracks) != count)
    repairs.add(header.body_end - 4, "the header counts {}, the file holds {}",
                counted(header.tracks, "track"), count);
  else if (header.format == 0 && count > 1)
    repairs.add(header.body_end - 6, "a type 0 file of {} tracks; read as type 1", count);
  return count;
}

}  // namespace toccata::notation
