#include "notation/event_file.h"

#include <algorithm>
#include <array>
#include <deque>

#include "base/error.h"
#include "notation/smf_chunks.h"
#include "notation/track_events.h"
#include "notation/track_writer.h"

namespace toccata::notation {
namespace {

constexpr std::uint8_t kMeta = 0xff, kEndOfTrack = 0x2f;

class Collector : public TrackHandler {
 public:
  Collector(EventFile& file, FileTrack& track) : file_(file), track_(track) {}

  void channel_event(Tick tick, std::uint8_t status, std::uint8_t first, std::uint8_t second,
                     bool running) override {
    track_.events.push_back({tick, status, first, second, running});
  }
  void meta(Tick tick, std::uint8_t type, std::span<const std::uint8_t> data,
            std::uint64_t) override {
    if (type != kEndOfTrack) add(tick, kMeta, type, data);
  }
  void system_exclusive(Tick tick, std::uint8_t status,
                        std::span<const std::uint8_t> data) override {
    add(tick, status, 0, data);
  }

 private:
  void add(Tick tick, std::uint8_t status, std::uint8_t type, std::span<const std::uint8_t> data) {
    const auto begin = static_cast<std::uint32_t>(file_.data.size());
    file_.data.insert(file_.data.end(), data.begin(), data.end());
    track_.events.push_back(
        {tick, status, type, 0, false, begin, static_cast<std::uint32_t>(data.size())});
  }

  EventFile& file_;
  FileTrack& track_;
};

bool has_one_byte(std::uint8_t status) {
  return (status & 0xe0U) == 0xc0;  // program and channel pressure
}

bool begins_note(const FileEvent& event) {
  return (event.status & 0xf0U) == 0x90 && event.second > 0;
}

void write_track(const EventFile& file, const FileTrack& track, Bytes& bytes) {
  TrackWriter writer(bytes);
  for (const FileEvent& event : track.events) {
    if (event.status == kMeta) {
      writer.meta(event.tick, event.first, file.data_of(event));
    } else if (event.status >= 0xf0) {
      writer.system_exclusive(event.tick, event.status, file.data_of(event));
    } else {
      const std::array<std::uint8_t, 2> data{event.first, event.second};
      writer.channel_event(event.tick, event.status,
                           std::span(data).first(has_one_byte(event.status) ? 1 : 2),
                           event.running);
    }
  }
  writer.finish(track.end);
}

}  // namespace

FileEvent EventFile::meta(Tick tick, std::uint8_t type, std::string_view text) {
  const FileEvent event{.tick = tick,
                        .status = kMeta,
                        .first = type,
                        .begin = static_cast<std::uint32_t>(data.size()),
                        .length = static_cast<std::uint32_t>(text.size())};
  append_text(data, text);
  return event;
}

EventFile read_event_file(std::span<const std::uint8_t> bytes, std::string_view where) {
  RepairLog repairs(where, RepairLog::Mode::record);
  const Header header = read_header(bytes, repairs);
  EventFile file;
  file.format = header.format;
  file.division = header.division;
  const auto rest = bytes.subspan(header.body_end, header.next - header.body_end);
  file.header_rest.assign(rest.begin(), rest.end());
  read_tracks(
      bytes, header, repairs,
      [&](const TrackBytes& place) -> TrackStop {
        FileTrack& track = file.tracks.emplace_back();
        track.before = std::exchange(file.behind, {});
        Collector collector(file, track);
        const TrackEnd end = read_track_events(bytes, place, repairs, collector);
        track.end = end.tick;
        return {end.byte, end.ended};
      },
      [&](std::span<const std::uint8_t> chunks) {
        file.behind.insert(file.behind.end(), chunks.begin(), chunks.end());
      });
  file.repair_count = repairs.count();
  file.repairs = repairs.take();
  return file;
}

Bytes write_event_file(const EventFile& file) {
  Bytes bytes;
  append_text(bytes, "MThd");
  append_big_endian(bytes, 6 + file.header_rest.size(), 4);
  const bool several = file.format == 0 && file.tracks.size() > 1;
  append_big_endian(bytes, static_cast<std::uint64_t>(several ? 1 : file.format), 2);
  append_big_endian(bytes, file.tracks.size(), 2);
  append_big_endian(bytes, file.division, 2);
  bytes.insert(bytes.end(), file.header_rest.begin(), file.header_rest.end());
  for (const FileTrack& track : file.tracks) {
    bytes.insert(bytes.end(), track.before.begin(), track.before.end());
    write_track(file, track, bytes);
  }
  bytes.insert(bytes.end(), file.behind.begin(), file.behind.end());
  return bytes;
}

std::vector<FileNote> notes_of(const EventFile& file) {
  std::vector<FileNote> notes;
  std::vector<std::deque<std::size_t>> open(std::size_t{16} * 128);  // by channel and pitch
  for (std::size_t t = 0; t < file.tracks.size(); ++t) {
    const std::size_t first = notes.size();
    const FileTrack& track = file.tracks[t];
    for (std::uint32_t i = 0; i < track.events.size(); ++i) {
      const FileEvent& event = track.events[i];
      const std::uint8_t channel = event.status & 0x0f;
      if (begins_note(event)) {
        open[channel * 128U + event.first].push_back(notes.size());
        notes.push_back({.note = {.onset = event.tick,
                                  .end = track.end,
                                  .pitch = event.first,
                                  .velocity = event.second,
                                  .channel = channel},
                         .track = t,
                         .on = i});
      } else if (ends_note(event)) {
        auto& queue = open[channel * 128U + event.first];
        if (queue.empty()) continue;
        FileNote& ended = notes[queue.front()];
        queue.pop_front();
        ended.note.end = event.tick;
        if ((event.status & 0xf0U) == 0x80) ended.note.off_velocity = event.second;
        ended.off = i;
      }
    }
    for (std::size_t i = first; i < notes.size(); ++i)
      if (!notes[i].off) open[notes[i].note.channel * 128U + notes[i].note.pitch].clear();
  }
  return notes;
}

bool ends_note(const FileEvent& event) {
  const unsigned kind = event.status & 0xf0U;
  return kind == 0x80 || (kind == 0x90 && event.second == 0);
}

void edit(FileTrack& track, const std::vector<bool>& removed, std::vector<FileEvent> added) {
  const auto rank = [](const FileEvent& event) { return std::pair(event.tick, !ends_note(event)); };
  std::ranges::stable_sort(added, {}, rank);
  std::vector<FileEvent> events;
  events.reserve(track.events.size() + added.size());
  auto next = added.begin();
  const auto take = [&](auto stands_before) {
    while (next != added.end() && stands_before(*next)) events.push_back(*next++);
  };
  for (std::size_t i = 0; i < track.events.size(); ++i) {
    const FileEvent& event = track.events[i];
    take([&](const FileEvent& one) {
      return one.tick < event.tick || (one.tick == event.tick && ends_note(one));
    });
    if (!removed[i]) events.push_back(event);
  }
  take([](const FileEvent&) { return true; });
  track.events = std::move(events);
  if (!track.events.empty()) track.end = std::max(track.end, track.events.back().tick);
}

void refine(EventFile& file, int factor) {
  const bool frames = file.division >= 0x8000;
  const int ticks = (frames ? file.division & 0xff : file.division) * factor;
  if (ticks > (frames ? 0xff : 0x7fff))
    fail("a division of {} cannot be made {} times as fine", file.division, factor);
  file.division = static_cast<std::uint16_t>((frames ? file.division & 0xff00 : 0) | ticks);
  for (FileTrack& track : file.tracks) {
    track.end *= factor;
    for (FileEvent& event : track.events) event.tick *= factor;
  }
}

}  // namespace toccata::notation
