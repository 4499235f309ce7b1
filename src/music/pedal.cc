#include "music/pedal.h"

#include <algorithm>
#include <array>
#include <limits>

namespace toccata::music {
namespace {

using notation::Tick;
constexpr Tick kNever = std::numeric_limits<Tick>::max();

// One channel's pedal, from all tracks: where it is down.
class PedalLine {
 public:
  void add(const notation::PedalChange& change) { changes_.push_back(change); }

  // Puts the changes in order, without repeats: what follows a down is an up. Of several at one
  // tick the last counts.
  void sort() {
    std::stable_sort(changes_.begin(), changes_.end(),
                     [](const auto& a, const auto& b) { return a.tick < b.tick; });
    std::vector<notation::PedalChange> real;
    for (const notation::PedalChange& change : changes_) {
      if (!real.empty() && real.back().tick == change.tick) real.pop_back();
      const bool was_down = !real.empty() && real.back().down;
      if (change.down != was_down) real.push_back(change);
    }
    changes_ = std::move(real);
  }

  // Where a note that ends at `tick` falls silent: `tick` itself where the pedal is up.
  Tick release(Tick tick) const {
    const auto next =
        std::upper_bound(changes_.begin(), changes_.end(), tick,
                         [](Tick at, const auto& change) { return at < change.tick; });
    if (next == changes_.begin() || !std::prev(next)->down) return tick;
    return next == changes_.end() ? kNever : next->tick;
  }

 private:
  std::vector<notation::PedalChange> changes_;
};

}  // namespace

std::vector<Tick> pedalled_ends(const notation::Score& score) {
  std::array<PedalLine, 16> pedals;
  struct Place {
    int key;  // channel and pitch
    Tick onset;
    std::size_t index;  // in the list of ends
  };
  std::vector<Place> places;
  std::vector<Tick> ends;
  for (const notation::Track& track : score.tracks) {
    for (const notation::PedalChange& change : track.pedals)
      pedals[change.channel & 15].add(change);
    for (const notation::Note& note : track.notes) {
      places.push_back({(note.channel & 15) * 128 + (note.pitch & 127), note.onset, ends.size()});
      ends.push_back(note.end);
    }
  }
  for (PedalLine& pedal : pedals) pedal.sort();
  std::sort(places.begin(), places.end(), [](const Place& a, const Place& b) {
    return a.key != b.key ? a.key < b.key : a.onset < b.onset;
  });
  // From the last note back, so that the next later onset of the same key is known.
  Tick next_onset = kNever, group_onset = kNever;
  for (std::size_t i = places.size(); i-- > 0;) {
    const Place& place = places[i];
    const bool other_key = i + 1 == places.size() || places[i + 1].key != place.key;
    if (other_key) {
      next_onset = kNever;
    } else if (place.onset != group_onset) {
      next_onset = group_onset;
    }
    group_onset = place.onset;
    const int channel = place.key / 128;
    if (channel == notation::kDrumChannel) continue;
    Tick& end = ends[place.index];
    const Tick release =
        std::min(pedals[static_cast<std::size_t>(channel)].release(end), next_onset);
    const Tick silent = release == kNever ? score.end : release;
    end = std::max(end, silent);
  }
  return ends;
}

}  // namespace toccata::music
