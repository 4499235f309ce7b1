#include "notation/tidy.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <tuple>

namespace toccata::notation {
namespace {

/// Pitch, channel and end in one number (ends are below 2^53): half the time of comparing them one
/// by one, which matters where a hostile file holds millions of notes at one tick.
std::uint64_t rank_at_onset(const Note& note) {
  return std::uint64_t{note.pitch} << 57 | std::uint64_t{note.channel} << 53 |
         static_cast<std::uint64_t>(note.end);
}

bool before(const Note& a, const Note& b) {
  if (a.onset != b.onset) return a.onset < b.onset;
  const std::uint64_t rank_a = rank_at_onset(a), rank_b = rank_at_onset(b);
  if (rank_a != rank_b) return rank_a < rank_b;
  return std::tie(a.velocity, a.off_velocity) < std::tie(b.velocity, b.off_velocity);
}

bool earlier(const Note& a, const Note& b) {
  return a.onset < b.onset;
}

template <typename Change>
bool says_the_same(Change a, const Change& b) {
  a.tick = b.tick;
  return a == b;
}

template <typename Change>
void tidy_changes(std::vector<Change>& changes) {
  std::stable_sort(changes.begin(), changes.end(),
                   [](const Change& a, const Change& b) { return a.tick < b.tick; });
  std::size_t kept = 0;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    if (i + 1 < changes.size() && changes[i + 1].tick == changes[i].tick) continue;
    if (kept > 0 && says_the_same(changes[kept - 1], changes[i])) continue;
    changes[kept++] = changes[i];
  }
  changes.resize(kept);
}

}  // namespace

void sort_notes(std::vector<Note>& notes) {
  if (!std::is_sorted(notes.begin(), notes.end(), earlier)) {
    std::sort(notes.begin(), notes.end(), before);
    return;
  }
  for (auto first = notes.begin(); first != notes.end();) {
    auto last = std::find_if(first, notes.end(),
                             [onset = first->onset](const Note& n) { return n.onset != onset; });
    std::sort(first, last, before);
    first = last;
  }
}

void tidy(std::vector<TempoChange>& tempos) {
  tidy_changes(tempos);
}
void tidy(std::vector<MeterChange>& meters) {
  tidy_changes(meters);
}
void tidy(std::vector<KeyChange>& keys) {
  tidy_changes(keys);
}

}  // namespace toccata::notation
