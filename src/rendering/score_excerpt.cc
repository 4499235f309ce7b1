#include "rendering/score_excerpt.h"

#include <algorithm>
#include <map>

#include "base/error.h"
#include "rendering/score_bars.h"

namespace toccata::rendering {

using notation::Tick;

namespace {

struct Cut {
  Tick begin = 0, end = 0;
  bool inside(Tick tick) const { return tick >= begin && tick < end; }
};

// The events of a map that has one value at a time: the one in force at the beginning, then those
// inside.
template <typename Event>
std::vector<Event> cut_map(const std::vector<Event>& events, const Cut& cut) {
  std::vector<Event> kept;
  for (Event event : events) {
    if (event.tick >= cut.end) break;
    if (event.tick <= cut.begin) kept.clear();
    event.tick = std::max<Tick>(event.tick - cut.begin, 0);
    kept.push_back(event);
  }
  return kept;
}

// The same, where each channel has its own value.
template <typename Event>
std::vector<Event> cut_by_channel(const std::vector<Event>& events, const Cut& cut) {
  std::map<int, Event> in_force;
  std::vector<Event> inside;
  for (Event event : events) {
    const Tick tick = event.tick;
    event.tick = std::max<Tick>(tick - cut.begin, 0);
    if (tick < cut.begin) in_force[event.channel] = event;
    if (cut.inside(tick)) inside.push_back(event);
  }
  std::vector<Event> kept;
  for (const auto& [channel, event] : in_force) kept.push_back(event);
  kept.insert(kept.end(), inside.begin(), inside.end());
  return kept;
}

notation::Track cut_track(const notation::Track& track, const Cut& cut) {
  notation::Track part;
  part.name = track.name;
  for (notation::Note note : track.notes) {
    const bool sounds = note.onset == note.end ? cut.inside(note.onset)
                                               : note.end > cut.begin && note.onset < cut.end;
    if (!sounds) continue;
    note.onset = std::max(note.onset, cut.begin) - cut.begin;
    note.end = std::min(note.end, cut.end) - cut.begin;
    part.notes.push_back(note);
  }
  std::sort(part.notes.begin(), part.notes.end(),
            [](const notation::Note& a, const notation::Note& b) {
              return std::pair(a.onset, a.pitch) < std::pair(b.onset, b.pitch);
            });
  part.pedals = cut_by_channel(track.pedals, cut);
  part.programs = cut_by_channel(track.programs, cut);
  for (notation::Text text : track.texts) {
    if (!cut.inside(text.tick)) continue;
    text.tick -= cut.begin;
    part.texts.push_back(text);
  }
  return part;
}

}  // namespace

void check_range(std::int64_t from, std::int64_t to, std::int64_t first, std::int64_t last) {
  if (from < first)
    fail_usage("bar {}: the first bar is {}", from, first == 0 ? "0, the pickup" : "1");
  if (from > last) fail_usage("bar {}: the piece ends with bar {}", from, last);
  if (to < from) fail_usage("bars {} to {}: the last bar comes before the first", from, to);
}

notation::Score excerpt(const notation::Score& score, const BarRange& range) {
  if (range.whole()) return score;
  const ScoreBars bars(score);
  const std::int64_t last = bars.bar_at(std::max<Tick>(score.end - 1, 0));
  const std::int64_t from = range.from.value_or(bars.first()),
                     to = std::min(range.to.value_or(last), last);
  check_range(from, to, bars.first(), last);
  const Cut cut{bars.begin_of(from),
                to == last ? std::max(score.end, bars.begin_of(from) + 1) : bars.begin_of(to + 1)};
  notation::Score part;
  part.ticks_per_quarter = score.ticks_per_quarter;
  part.tempos = cut_map(score.tempos, cut);
  part.meters = cut_map(score.meters, cut);
  part.keys = cut_map(score.keys, cut);
  for (const notation::Track& track : score.tracks) part.tracks.push_back(cut_track(track, cut));
  part.end = cut.end - cut.begin;
  return part;
}

}  // namespace toccata::rendering
