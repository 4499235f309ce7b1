#pragma once
// RapidCheck generator of Scores: several tracks, channels, changing meters, tempos and keys,
// chords, unisons across tracks and channels, re-strikes, zero-length notes, silences longer than
// one delta time, texts in UTF-8. No notes of equal channel and pitch overlap within a track,
// pedals change when they change, and the maps hold no repeats: what a Standard MIDI File can say.

#include <rapidcheck.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "notation/score.h"
#include "notation/tidy.h"

namespace toccata::notation {

struct ScoreShape {
  int most_tracks = 4;
  int most_notes = 24;        // a track
  bool long_silences = true;  // over 2^28 ticks, a few times
  bool zero_length_notes = true;
  int lowest = 0, highest = 127;  // pitches, both included
};

namespace generators {

/// A step in time: mostly musical, seldom odd, very seldom huge.
inline rc::Gen<Tick> advance(int ticks_per_quarter, bool long_silences) {
  const Tick beat = ticks_per_quarter;
  const auto musical =
      rc::gen::map(rc::gen::inRange<Tick>(0, 9), [beat](Tick i) { return i * beat / 4; });
  const auto odd = rc::gen::inRange<Tick>(0, 4 * beat + 2);
  const auto huge = rc::gen::inRange<Tick>(0, Tick{3} << 28);
  if (!long_silences) return rc::gen::weightedOneOf<Tick>({{5, musical}, {3, odd}});
  return rc::gen::weightedOneOf<Tick>({{60, musical}, {38, odd}, {1, huge}});
}

inline rc::Gen<std::string> text() {
  return rc::gen::map(
      rc::gen::nonEmpty(
          rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(std::vector<std::string>{
              "a", "B", " ", "7", "\n", "\xc3\xa9", "\xe2\x99\xad", "\xf0\x9d\x84\x9e"}))),
      [](const std::vector<std::string>& letters) {
        std::string joined;
        for (const std::string& letter : letters) joined += letter;
        return joined;
      });
}

inline std::vector<Note> notes(int ticks_per_quarter, const ScoreShape& shape) {
  // Sizes at once in full: RapidCheck's first cases are tiny otherwise.
  const int count = *rc::gen::resize(100, rc::gen::inRange(0, shape.most_notes + 1));
  const int channels = *rc::gen::inRange(1, 4);
  // A few pitches only, so that re-strikes and unisons are common.
  const int low = *rc::gen::inRange(shape.lowest, shape.highest + 1);
  const int high = std::min(shape.highest, low + *rc::gen::inRange(0, 12));
  std::map<std::pair<int, int>, Note> last;  // by channel and pitch
  std::vector<Note> made;
  Tick tick = 0;
  for (int i = 0; i < count; ++i) {
    if (*rc::gen::inRange(0, 3) > 0) tick += *advance(ticks_per_quarter, shape.long_silences);
    Note note;
    note.onset = tick;
    note.end = tick + *advance(ticks_per_quarter, shape.long_silences);
    if (note.end == tick && !shape.zero_length_notes) ++note.end;
    note.pitch = static_cast<std::uint8_t>(*rc::gen::inRange(low, high + 1));
    note.velocity = static_cast<std::uint8_t>(*rc::gen::inRange(1, 128));
    note.off_velocity = static_cast<std::uint8_t>(*rc::gen::inRange(0, 128));
    note.channel = static_cast<std::uint8_t>(*rc::gen::inRange(0, 16) % channels);
    const std::pair key{static_cast<int>(note.channel), static_cast<int>(note.pitch)};
    if (const auto found = last.find(key); found != last.end()) {
      // Strike again where the older note ends, or later; two onsets never coincide.
      const Note& older = found->second;
      const Tick earliest = std::max(older.end, older.onset + 1);
      if (note.onset < earliest) {
        note.end += earliest - note.onset;
        note.onset = earliest;
      }
    }
    last[key] = note;
    made.push_back(note);
  }
  sort_notes(made);
  return made;
}

inline Track track(int ticks_per_quarter, const ScoreShape& shape) {
  Track made;
  made.notes = notes(ticks_per_quarter, shape);
  if (*rc::gen::arbitrary<bool>()) made.name = *text();
  Tick tick = 0;
  std::map<int, bool> down;
  const int others = *rc::gen::inRange(0, 8);
  for (int i = 0; i < others; ++i) {
    tick += *advance(ticks_per_quarter, shape.long_silences);
    const auto channel = static_cast<std::uint8_t>(*rc::gen::inRange(0, 16));
    switch (*rc::gen::inRange(0, 3)) {
      case 0: {
        const auto known = down.find(channel);
        const bool state = known == down.end() ? *rc::gen::arbitrary<bool>() : !known->second;
        down[channel] = state;
        made.pedals.push_back({tick, channel, state});
        break;
      }
      case 1:
        made.programs.push_back(
            {tick, channel, static_cast<std::uint8_t>(*rc::gen::inRange(0, 128))});
        break;
      default: {
        const auto kind = static_cast<std::uint8_t>(*rc::gen::inRange(1, 8));
        if (kind == 3 && made.name.empty()) break;  // it would be the name
        made.texts.push_back({tick, kind, *text()});
      }
    }
  }
  return made;
}

/// Changes at growing ticks from 0 on, as `draw` makes them.
template <typename Change, typename Draw>
std::vector<Change> changes(int ticks_per_quarter, bool from_the_start, Draw draw) {
  std::vector<Change> made;
  Tick tick = 0;
  const int count = *rc::gen::inRange(from_the_start ? 1 : 0, 5);
  for (int i = 0; i < count; ++i) {
    Change change = draw();
    change.tick = tick;
    made.push_back(change);
    tick += 1 + *advance(ticks_per_quarter, false);
  }
  tidy(made);
  return made;
}

}  // namespace generators

/// One Score of the shape asked for; only inside a RapidCheck property.
inline Score generate_score(const ScoreShape& shape = {}) {
  Score score;
  score.ticks_per_quarter =
      *rc::gen::weightedOneOf<int>({{6, rc::gen::element(96, 120, 220, 384, 480, 960, 1, 7, 32767)},
                                    {1, rc::gen::inRange(1, 32768)}});
  const int ppq = score.ticks_per_quarter;
  score.tempos = generators::changes<TempoChange>(ppq, true, [] {
    return TempoChange{0, *rc::gen::weightedOneOf<std::uint32_t>(
                              {{1, rc::gen::inRange<std::uint32_t>(1, 0x1000000)},
                               {2, rc::gen::element<std::uint32_t>(500000, 600000, 0xffffff)}})};
  });
  score.meters = generators::changes<MeterChange>(ppq, false, [] {
    return MeterChange{0, *rc::gen::inRange(1, 256), 1 << *rc::gen::inRange(0, 9)};
  });
  score.keys = generators::changes<KeyChange>(ppq, false, [] {
    return KeyChange{0, *rc::gen::inRange(-7, 8), *rc::gen::arbitrary<bool>()};
  });
  const int tracks = *rc::gen::resize(100, rc::gen::inRange(0, shape.most_tracks + 1));
  for (int i = 0; i < tracks; ++i) score.tracks.push_back(generators::track(ppq, shape));
  Tick last = 0;
  const auto reach = [&last](const auto& list) {
    for (const auto& item : list) last = std::max(last, item.tick);
  };
  reach(score.tempos);
  reach(score.meters);
  reach(score.keys);
  for (const Track& track : score.tracks) {
    reach(track.pedals);
    reach(track.programs);
    reach(track.texts);
    for (const Note& note : track.notes) last = std::max(last, note.end);
  }
  score.end = last + *generators::advance(ppq, shape.long_silences);
  return score;
}

}  // namespace toccata::notation
