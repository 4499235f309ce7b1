#include "notation/smf_writer.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tuple>

#include "base/error.h"
#include "notation/score_check.h"
#include "notation/tidy.h"
#include "notation/track_writer.h"

namespace toccata::notation {
namespace {

// What stands at one tick, in this order.
enum class Place : std::uint8_t { end_of_earlier, text, program, pedal, onset, end_of_new };

struct Event {
  Tick tick = 0;
  Place place = Place::text;
  std::uint32_t index = 0;  // into the list that `place` names
};

bool before(const Event& a, const Event& b) {
  return std::tie(a.tick, a.place) < std::tie(b.tick, b.place);
}

void write_conductor(const Score& score, Tick end, Bytes& file) {
  TrackWriter track(file);
  std::vector<TempoChange> tempos = score.tempos;
  std::vector<MeterChange> meters = score.meters;
  std::vector<KeyChange> keys = score.keys;
  tempos.insert(tempos.begin(), TempoChange{});  // unless another stands at tick 0
  tidy(tempos);
  tidy(meters);
  tidy(keys);
  // The three maps in order of time; at one tick tempo, meter, key.
  std::size_t t = 0, m = 0, k = 0;
  const auto due = [](const auto& changes, std::size_t i) {
    return i < changes.size() ? changes[i].tick : INT64_MAX;
  };
  while (t < tempos.size() || m < meters.size() || k < keys.size()) {
    const Tick tempo = due(tempos, t), meter = due(meters, m), key = due(keys, k);
    if (tempo <= meter && tempo <= key) {
      const std::uint32_t value = tempos[t++].microseconds_per_quarter;
      const std::array<std::uint8_t, 3> data{static_cast<std::uint8_t>(value >> 16),
                                             static_cast<std::uint8_t>(value >> 8),
                                             static_cast<std::uint8_t>(value)};
      track.meta(tempo, 0x51, data);
    } else if (meter <= key) {
      const MeterChange& change = meters[m++];
      const auto power = std::countr_zero(static_cast<unsigned>(change.denominator));
      // 24 MIDI clocks per metronome click and 8 32nds per quarter, as nearly all files say.
      const std::array<std::uint8_t, 4> data{static_cast<std::uint8_t>(change.numerator),
                                             static_cast<std::uint8_t>(power), 24, 8};
      track.meta(meter, 0x58, data);
    } else {
      const KeyChange& change = keys[k++];
      const std::array<std::uint8_t, 2> data{static_cast<std::uint8_t>(change.sharps),
                                             static_cast<std::uint8_t>(change.minor)};
      track.meta(key, 0x59, data);
    }
  }
  track.finish(end);
}

std::vector<Event> events_of(const Track& track, const std::vector<Note>& notes) {
  std::vector<Event> events;
  events.reserve(2 * notes.size() + track.texts.size() + track.programs.size() +
                 track.pedals.size());
  const auto add = [&events](const auto& list, Place place) {
    for (std::uint32_t i = 0; i < list.size(); ++i) events.push_back({list[i].tick, place, i});
  };
  add(track.texts, Place::text);
  add(track.programs, Place::program);
  add(track.pedals, Place::pedal);
  for (std::uint32_t i = 0; i < notes.size(); ++i) {
    const bool sounds = notes[i].end > notes[i].onset;
    events.push_back({notes[i].onset, Place::onset, i});
    events.push_back({notes[i].end, sounds ? Place::end_of_earlier : Place::end_of_new, i});
  }
  std::stable_sort(events.begin(), events.end(), before);
  return events;
}

template <typename List>
Tick last_tick(const List& list, Tick end) {
  for (const auto& item : list) end = std::max(end, item.tick);
  return end;
}

Tick last_tick(const Track& track) {
  Tick end = last_tick(track.pedals, 0);
  end = last_tick(track.programs, end);
  end = last_tick(track.texts, end);
  for (const Note& note : track.notes) end = std::max(end, note.end);
  return end;
}

Tick last_tick(const Score& score) {
  Tick end = last_tick(score.tempos, score.end);
  end = last_tick(score.meters, end);
  end = last_tick(score.keys, end);
  for (const Track& track : score.tracks) end = std::max(end, last_tick(track));
  return end;
}

void write_track(const Track& track, Bytes& file) {
  const std::vector<Note> notes = without_overlaps(track.notes);
  TrackWriter writer(file);
  const auto channel_event = [&](Tick tick, int status, int channel,
                                 std::initializer_list<std::uint8_t> data) {
    writer.channel_event(tick, static_cast<std::uint8_t>(status | channel),
                         std::span(data.begin(), data.size()));
  };
  if (!track.name.empty()) writer.meta(0, 0x03, track.name);
  for (const Event& event : events_of(track, notes)) {
    switch (event.place) {
      case Place::text: {
        const Text& text = track.texts[event.index];
        writer.meta(event.tick, text.kind, text.text);
        break;
      }
      case Place::program: {
        const ProgramChange& change = track.programs[event.index];
        channel_event(event.tick, 0xc0, change.channel, {change.program});
        break;
      }
      case Place::pedal: {
        const PedalChange& change = track.pedals[event.index];
        channel_event(event.tick, 0xb0, change.channel,
                      {64, static_cast<std::uint8_t>(change.down ? 127 : 0)});
        break;
      }
      case Place::onset: {
        const Note& note = notes[event.index];
        channel_event(event.tick, 0x90, note.channel, {note.pitch, note.velocity});
        break;
      }
      case Place::end_of_earlier:
      case Place::end_of_new: {
        const Note& note = notes[event.index];
        channel_event(event.tick, 0x80, note.channel, {note.pitch, note.off_velocity});
        break;
      }
    }
  }
  writer.finish(last_tick(track));
}

}  // namespace

std::vector<Note> without_overlaps(std::vector<Note> notes) {
  sort_notes(notes);
  constexpr std::size_t kNone = SIZE_MAX;
  std::array<std::size_t, std::size_t{16} * 128> last{};
  last.fill(kNone);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < notes.size(); ++i) {
    Note note = notes[i];
    std::size_t& previous = last[std::size_t{note.channel} * 128 + note.pitch];
    if (previous != kNone) {
      Note& earlier = notes[previous];
      if (earlier.onset == note.onset) {
        earlier.velocity = std::max(earlier.velocity, note.velocity);
        if (note.end > earlier.end) earlier.off_velocity = note.off_velocity;
        earlier.end = std::max(earlier.end, note.end);
        continue;
      }
      if (earlier.end > note.onset) {
        if (earlier.end > note.end) {
          note.end = earlier.end;
          note.off_velocity = earlier.off_velocity;
        }
        earlier.end = note.onset;
      }
    }
    previous = kept;
    notes[kept++] = note;
  }
  notes.resize(kept);
  return notes;
}

Bytes write_smf(const Score& score) {
  check(score);
  const Tick end = last_tick(score);
  Bytes file;
  append_text(file, "MThd");
  append_big_endian(file, 6, 4);
  append_big_endian(file, 1, 2);
  append_big_endian(file, score.tracks.size() + 1, 2);
  append_big_endian(file, static_cast<std::uint64_t>(score.ticks_per_quarter), 2);
  write_conductor(score, end, file);
  for (const Track& track : score.tracks) write_track(track, file);
  return file;
}

}  // namespace toccata::notation
