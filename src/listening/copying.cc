#include "listening/copying.h"

#include <algorithm>

#include "base/error.h"
#include "listening/suffix_array.h"

namespace toccata::listening {
namespace {

constexpr std::int32_t kEndOfPiece = 0;
constexpr std::int32_t kUnknown = -1;

// From one note to the next: steps and semitones.
std::uint64_t interval(const RollNote& from, const RollNote& to) {
  return (static_cast<std::uint64_t>(to.onset - from.onset) << 8) |
         static_cast<std::uint64_t>(to.pitch - from.pitch + 128);
}

}  // namespace

CopyIndex::CopyIndex(std::span<const corpus::Piece* const> pieces) {
  if (pieces.empty()) fail("the corpus holds no piece to compare with");
  grid_ = pieces.front()->roll.grid;
  for (const corpus::Piece* piece : pieces) {
    if (piece->roll.grid != grid_) {
      fail("{} has {} steps per quarter note and {} has {}: copying needs one grid for all",
           pieces.front()->name, grid_, piece->name, piece->roll.grid);
    }
    Source source{piece, text_.size(), notes_of(piece->roll),
                  music::Bars(piece->roll.meters, piece->roll.grid)};
    for (std::size_t i = 1; i < source.notes.size(); ++i) {
      const auto next = static_cast<std::int32_t>(symbols_.size() + 1);
      text_.push_back(
          symbols_.emplace(interval(source.notes[i - 1], source.notes[i]), next).first->second);
    }
    text_.push_back(kEndOfPiece);
    sources_.push_back(std::move(source));
  }
  const std::size_t alphabet = symbols_.size() + 1;
  array_ = suffix_array(text_, static_cast<std::int32_t>(alphabet));
  buckets_.resize(alphabet);
  for (std::size_t i = 0; i < array_.size(); ++i) {
    Range& bucket = buckets_[static_cast<std::size_t>(text_[static_cast<std::size_t>(array_[i])])];
    if (bucket.end == 0) bucket.begin = i;
    bucket.end = i + 1;
  }
}

std::vector<std::int32_t> CopyIndex::tokens_of(const std::vector<RollNote>& notes) const {
  std::vector<std::int32_t> tokens;
  for (std::size_t i = 1; i < notes.size(); ++i) {
    const auto found = symbols_.find(interval(notes[i - 1], notes[i]));
    tokens.push_back(found == symbols_.end() ? kUnknown : found->second);
  }
  return tokens;
}

// The longest prefix of `query` that stands in the corpus, and where (a place of text_). A binary
// search for the query among the sorted suffixes, which meets its best neighbours on the way; what
// both bounds are known to share is not compared again (Manber & Myers 1993).
std::size_t CopyIndex::match(std::span<const std::int32_t> query, std::size_t& place) const {
  if (query.empty() || query[0] == kUnknown) return 0;
  Range range = buckets_[static_cast<std::size_t>(query[0])];
  std::size_t best = 0, shared_below = 1, shared_above = 1;
  while (range.begin < range.end) {
    const std::size_t middle = range.begin + (range.end - range.begin) / 2;
    const auto suffix = static_cast<std::size_t>(array_[middle]);
    std::size_t shared = std::min(shared_below, shared_above);
    while (shared < query.size() && suffix + shared < text_.size() &&
           query[shared] == text_[suffix + shared]) {
      ++shared;
    }
    if (shared > best) {
      best = shared;
      place = suffix;
    }
    if (shared == query.size()) break;
    if (suffix + shared == text_.size() || text_[suffix + shared] < query[shared]) {
      range.begin = middle + 1;
      shared_below = shared;
    } else {
      range.end = middle;
      shared_above = shared;
    }
  }
  return best;
}

Copy CopyIndex::describe(const std::vector<RollNote>& notes, const music::Roll& roll,
                         const Stretch& stretch) const {
  const auto source = std::prev(
      std::upper_bound(sources_.begin(), sources_.end(), stretch.place,
                       [](std::size_t at, const Source& s) { return at < s.first_token; }));
  const RollNote& there = source->notes[stretch.place - source->first_token];
  const RollNote& here = notes[stretch.begin];
  const music::Bars bars(roll.meters, roll.grid);
  return {.notes = static_cast<int>(stretch.tokens) + 1,
          .beats = static_cast<double>(stretch.steps) / grid_,
          .step = here.onset,
          .bar = bars.at(here.onset).number,
          .source = source->piece->name,
          .source_step = there.onset,
          .source_bar = source->bars.at(there.onset).number,
          .transposition = here.pitch - there.pitch};
}

void CopyIndex::check_grid(const music::Roll& roll) const {
  if (roll.grid != grid_) {
    fail(
        "the piece has {} steps per quarter note and the corpus {}: copying needs one grid for all",
        roll.grid, grid_);
  }
}

// Calls visit with every stretch that stands in the corpus and is no part of an earlier one, in
// their order, until it says true.
void CopyIndex::each_stretch(const std::vector<RollNote>& notes,
                             const std::function<bool(const Stretch&)>& visit) const {
  const std::vector<std::int32_t> tokens = tokens_of(notes);
  std::size_t reached = 0;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    std::size_t place = 0;
    const std::size_t length = match(std::span(tokens).subspan(i), place);
    // Nothing, or what ends no later than an earlier stretch.
    if (length == 0 || i + length <= reached) continue;
    reached = i + length;
    if (visit({i, length, place, notes[i + length].onset - notes[i].onset})) return;
  }
}

Copying CopyIndex::longest(const music::Roll& roll) const {
  check_grid(roll);
  const std::vector<RollNote> notes = notes_of(roll);
  Stretch most_notes, most_beats;
  each_stretch(notes, [&](const Stretch& stretch) {
    if (stretch.tokens > most_notes.tokens) most_notes = stretch;
    if (stretch.steps > most_beats.steps) most_beats = stretch;
    return false;
  });
  if (most_notes.tokens == 0) return {};
  return {describe(notes, roll, most_notes), describe(notes, roll, most_beats)};
}

std::optional<Copy> CopyIndex::first_longer(const music::Roll& roll, double beats,
                                            int fewest_notes) const {
  check_grid(roll);
  const std::vector<RollNote> notes = notes_of(roll);
  std::optional<Copy> found;
  each_stretch(notes, [&](const Stretch& stretch) {
    if (stretch.steps <= beats * grid_ || static_cast<int>(stretch.tokens) + 1 < fewest_notes) {
      return false;
    }
    found = describe(notes, roll, stretch);
    return true;
  });
  return found;
}

}  // namespace toccata::listening
