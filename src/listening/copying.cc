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
      fail("{} has {} steps a quarter note and {} has {}: copying needs one grid for all",
           pieces.front()->name, grid_, piece->name, piece->roll.grid);
    }
    Source source{piece, text_.size(), notes_of(piece->roll),
                  roll::Bars(piece->roll.meters, piece->roll.grid)};
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

Copy CopyIndex::describe(const std::vector<RollNote>& notes, const roll::Bars& bars,
                         std::size_t begin, std::size_t tokens, std::size_t place) const {
  const auto source = std::prev(
      std::upper_bound(sources_.begin(), sources_.end(), place,
                       [](std::size_t at, const Source& s) { return at < s.first_token; }));
  const RollNote& there = source->notes[place - source->first_token];
  const RollNote& here = notes[begin];
  return {.notes = static_cast<int>(tokens) + 1,
          .beats = static_cast<double>(notes[begin + tokens].onset - here.onset) / grid_,
          .step = here.onset,
          .bar = bars.at(here.onset).number,
          .source = source->piece->name,
          .source_step = there.onset,
          .source_bar = source->bars.at(there.onset).number,
          .transposition = here.pitch - there.pitch};
}

Copying CopyIndex::longest(const roll::Roll& roll) const {
  if (roll.grid != grid_) {
    fail("the piece has {} steps a quarter note and the corpus {}: copying needs one grid for all",
         roll.grid, grid_);
  }
  const std::vector<RollNote> notes = notes_of(roll);
  const std::vector<std::int32_t> tokens = tokens_of(notes);
  struct Found {
    std::size_t begin = 0, tokens = 0, place = 0;
    int steps = -1;
  };
  Found most_notes, most_beats;
  std::size_t reached = 0;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    std::size_t place = 0;
    const std::size_t length = match(std::span(tokens).subspan(i), place);
    // What ends no later than an earlier stretch is a part of it.
    if (i + length <= reached) continue;
    reached = i + length;
    const int steps = notes[i + length].onset - notes[i].onset;
    if (length > most_notes.tokens) most_notes = {i, length, place, steps};
    if (steps > most_beats.steps) most_beats = {i, length, place, steps};
  }
  Copying result;
  if (most_notes.tokens == 0) return result;
  const roll::Bars bars(roll.meters, roll.grid);
  const auto filled = [&](const Found& found) {
    return describe(notes, bars, found.begin, found.tokens, found.place);
  };
  result.most_notes = filled(most_notes);
  result.most_beats = filled(most_beats);
  return result;
}

}  // namespace toccata::listening
