#include "composing/parts.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <optional>
#include <queue>

namespace toccata::composing {
namespace {

using notation::Note;
using notation::Tick;

constexpr std::size_t kNearPitches = 8, kNearVelocities = 4;
constexpr double kExtraVoice = 24;
constexpr int kOftenOf10 = 9;

// The `count` notes that begin nearest to `tick`, as many as there are; of two at the same distance
// the earlier.
std::vector<const Note*> nearest(std::span<const Note> notes, Tick tick, std::size_t count) {
  auto after = std::lower_bound(notes.begin(), notes.end(), tick,
                                [](const Note& note, Tick at) { return note.onset < at; });
  auto before = after;
  std::vector<const Note*> near;
  while (near.size() < count && (before != notes.begin() || after != notes.end())) {
    const bool back =
        after == notes.end() ||
        (before != notes.begin() && tick - std::prev(before)->onset <= after->onset - tick);
    near.push_back(back ? &*--before : &*after++);
  }
  return near;
}

// One part while notes are shared out.
struct Share {
  const Part& part;
  std::vector<Note> added = {};
  std::size_t next = 0;             // of the part's notes
  std::vector<Tick> sounding = {};  // ends of what sounds
  std::optional<double> centre = {};

  void go_to(Tick tick) {
    for (; next < part.notes.size() && part.notes[next].onset <= tick; ++next)
      if (part.stays[next]) sounding.push_back(part.notes[next].end);
    std::erase_if(sounding, [&](Tick end) { return end <= tick; });
    std::vector<const Note*> near = nearest(part.notes, tick, kNearPitches);
    const std::vector<const Note*> own = nearest(added, tick, kNearPitches);
    near.insert(near.end(), own.begin(), own.end());
    std::ranges::stable_sort(near, {},
                             [&](const Note* note) { return std::abs(note->onset - tick); });
    near.resize(std::min(near.size(), kNearPitches));
    centre.reset();
    if (near.empty()) return;
    double sum = 0;
    for (const Note* note : near) sum += note->pitch;
    centre = sum / static_cast<double>(near.size());
  }

  // Of one more note in it, the `count`-th of those that begin now.
  double cost(int pitch, std::size_t count) const {
    const auto voices = static_cast<double>(sounding.size() + count);
    return (centre ? std::abs(pitch - *centre) : 0) +
           kExtraVoice * std::max(0.0, voices - part.voices);
  }

  void take(const Note& note) {
    added.push_back(note);
    sounding.push_back(note.end);
  }
};

// The cheapest way to give notes, the highest first, to parts in their order: the part of each.
class Allotment {
 public:
  Allotment(std::span<const Note* const> notes, std::span<const Share* const> parts)
      : parts_(parts.size()), counts_(notes.size()) {
    for (std::size_t i = 0; i < notes.size(); ++i) add(notes[i]->pitch, parts);
  }

  std::vector<std::size_t> best() const {
    std::vector<std::size_t> parts(ways_.size());
    std::size_t at = 0;
    for (std::size_t k = 1; k < ways_.back().size(); ++k)
      if (ways_.back()[k].cost < ways_.back()[at].cost) at = k;
    for (std::size_t i = ways_.size(); i-- > 0;) {
      parts[i] = at / counts_;
      at = ways_[i][at].before;
    }
    return parts;
  }

 private:
  // With the last note as the count-th of a part: (parts, counts).
  struct Way {
    double cost = std::numeric_limits<double>::infinity();
    std::size_t before = 0;
  };

  void add(int pitch, std::span<const Share* const> parts) {
    std::vector<Way> ways(parts_ * counts_);
    Way lower;  // the best of the parts before, for the note before
    if (ways_.empty()) lower.cost = 0;
    for (std::size_t j = 0; j < parts_; ++j) {
      ways[j * counts_] = {lower.cost + parts[j]->cost(pitch, 1), lower.before};
      for (std::size_t c = 1; !ways_.empty() && c < counts_; ++c) {
        const std::size_t before = j * counts_ + c - 1;
        ways[j * counts_ + c] = {ways_.back()[before].cost + parts[j]->cost(pitch, c + 1), before};
      }
      for (std::size_t c = 0; !ways_.empty() && c < counts_; ++c) {
        const std::size_t before = j * counts_ + c;
        if (ways_.back()[before].cost < lower.cost) lower = {ways_.back()[before].cost, before};
      }
    }
    ways_.push_back(std::move(ways));
  }

  std::size_t parts_, counts_;
  std::vector<std::vector<Way>> ways_;  // one for each note
};

}  // namespace

int usual_voices(std::span<const Note> notes, int ticks_per_quarter) {
  if (notes.empty()) return 1;
  std::vector<int> counts;
  std::priority_queue<Tick, std::vector<Tick>, std::greater<>> ends;
  for (std::size_t i = 0; i < notes.size();) {
    const Tick onset = notes[i].onset;
    for (; i < notes.size() && notes[i].onset == onset; ++i)
      ends.push(std::max(notes[i].end, onset + ticks_per_quarter / 8 + 1));
    while (!ends.empty() && ends.top() <= onset + ticks_per_quarter / 8) ends.pop();
    counts.push_back(static_cast<int>(ends.size()));
  }
  std::ranges::sort(counts);
  const std::size_t place = (counts.size() * kOftenOf10 + 9) / 10;
  return std::max(1, counts[std::max<std::size_t>(place, 1) - 1]);
}

std::vector<std::size_t> share_out(std::span<const Note> notes, std::span<const Part> parts) {
  std::vector<Share> shares;
  for (const Part& part : parts) shares.push_back({part});
  std::vector<std::size_t> chosen(notes.size());
  for (std::size_t begin = 0, end = 0; begin < notes.size(); begin = end) {
    while (end < notes.size() && notes[end].onset == notes[begin].onset) ++end;
    std::vector<std::size_t> highest_first(end - begin);
    std::iota(highest_first.begin(), highest_first.end(), begin);
    std::ranges::stable_sort(highest_first, std::greater{},
                             [&](std::size_t i) { return notes[i].pitch; });
    std::vector<const Note*> chord;
    for (const std::size_t i : highest_first) chord.push_back(&notes[i]);
    std::vector<Share*> order;
    for (Share& share : shares) {
      share.go_to(notes[begin].onset);
      order.push_back(&share);
    }
    // A part of its own has its place from the beginning.
    if (std::ranges::none_of(parts, [](const Part& part) { return part.notes.empty(); }))
      std::ranges::stable_sort(order, std::greater{},
                               [](const Share* share) { return *share->centre; });
    const std::vector<std::size_t> best =
        Allotment(chord, std::vector<const Share*>(order.begin(), order.end())).best();
    for (std::size_t i = 0; i < best.size(); ++i) {
      order[best[i]]->take(*chord[i]);
      chosen[highest_first[i]] = static_cast<std::size_t>(order[best[i]] - shares.data());
    }
  }
  return chosen;
}

int velocity_near(std::span<const Note> notes, Tick tick, int none) {
  const std::vector<const Note*> near = nearest(notes, tick, kNearVelocities);
  if (near.empty()) return none;
  int sum = 0;
  for (const Note* note : near) sum += note->velocity;
  const auto count = static_cast<int>(near.size());
  return std::clamp((sum + count / 2) / count, 1, 127);
}

}  // namespace toccata::composing
