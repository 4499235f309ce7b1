#include "composing/given.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "listening/notes.h"
#include "music/bars.h"

namespace toccata::composing {
namespace {

using music::HeardNote;

// Which steps of a piece lie in the bars named.
std::vector<bool> steps_in(const music::Roll& piece, const std::vector<BarSpan>& spans) {
  const music::Bars bars(piece.meters, piece.grid);
  const long last = piece.steps ? bars.at(piece.steps - 1).number : 0;
  std::vector<bool> inside(static_cast<std::size_t>(piece.steps), false);
  for (const BarSpan& span : spans) {
    if (span.last > last) {
      fail_usage("bars {}-{}: the piece has {}", span.first, span.last, counted(last, "bar"));
    }
    for (int t = 0; t < piece.steps; ++t) {
      const long number = bars.at(t).number;
      if (number >= span.first && number <= span.last) inside[static_cast<std::size_t>(t)] = true;
    }
  }
  return inside;
}

std::size_t cell_index(const music::Roll& roll, int step, int pitch) {
  return static_cast<std::size_t>(step) * static_cast<std::size_t>(roll.notes()) +
         static_cast<std::size_t>(pitch - roll.low);
}

std::vector<bool> pinned_cells(const music::Roll& whole, std::vector<std::pair<int, int>> pinned) {
  std::vector<bool> cells(whole.cells.size(), false);
  std::ranges::sort(pinned);
  pinned.erase(std::unique(pinned.begin(), pinned.end()), pinned.end());
  std::size_t found = 0;
  for (const listening::RollNote& note : listening::notes_of(whole)) {
    if (!std::ranges::binary_search(pinned, std::pair(note.onset, note.pitch))) continue;
    ++found;
    for (int t = note.onset; t < note.end(); ++t) cells[cell_index(whole, t, note.pitch)] = true;
  }
  if (found < pinned.size()) fail_usage("region: some of the notes pinned are not in the piece");
  return cells;
}

std::vector<bool> staying_in_infill(const Order& order, const std::vector<HeardNote>& notes) {
  const music::Roll& whole = *order.infill->music;
  const Selection selection = selection_of(order, whole);
  std::vector<int> selected_before(selection.steps.size() + 1, 0);
  for (std::size_t t = 0; t < selection.steps.size(); ++t)
    selected_before[t + 1] = selected_before[t] + (selection.steps[t] ? 1 : 0);
  std::vector<bool> stays(notes.size(), true);
  for (std::size_t i = 0; i < notes.size(); ++i) {
    const HeardNote& note = notes[i];
    const int end = std::min(note.end, whole.steps);
    if (!note.heard() || note.onset >= end || note.pitch < selection.low ||
        note.pitch > selection.high)
      continue;
    const int selected = selected_before[static_cast<std::size_t>(end)] -
                         selected_before[static_cast<std::size_t>(note.onset)];
    stays[i] =
        selected < end - note.onset || selection.pinned[cell_index(whole, note.onset, note.pitch)];
  }
  return stays;
}

}  // namespace

std::vector<HeardNote> heard_notes(const music::Roll& roll) {
  std::vector<HeardNote> notes;
  for (const listening::RollNote& note : listening::notes_of(roll))
    notes.push_back({note.onset, note.end(), note.end(), note.pitch});
  return notes;
}

music::Roll roll_of(const music::Roll& like, const std::vector<HeardNote>& notes,
                    const std::vector<bool>& which) {
  music::Roll roll = like;
  std::ranges::fill(roll.cells, std::uint8_t{0});
  for (std::size_t i = 0; i < notes.size(); ++i) {
    const HeardNote& note = notes[i];
    if (!which[i] || !note.heard()) continue;
    for (int t = std::max(note.onset, 0); t < std::min(note.sounds_until, roll.steps); ++t)
      roll.frame(t)[note.pitch - roll.low] |= music::kPlay;
    if (roll.articulation && note.onset >= 0 && note.onset < roll.steps)
      roll.frame(note.onset)[note.pitch - roll.low] |= music::kArticulate;
  }
  return roll;
}

Selection selection_of(const Order& order, const music::Roll& whole) {
  if (!order.region) return {steps_in(whole, *order.infill_bars), 0, 127, pinned_cells(whole, {})};
  const Region& region = *order.region;
  if (region.to > whole.steps) {
    fail_usage("region: it ends with step {}, and the piece with step {}", region.to, whole.steps);
  }
  Selection selection{std::vector<bool>(static_cast<std::size_t>(whole.steps), false), region.low,
                      region.high, pinned_cells(whole, region.pinned)};
  std::fill(selection.steps.begin() + region.from, selection.steps.begin() + region.to, true);
  return selection;
}

std::vector<bool> staying_notes(const Order& order, const std::vector<HeardNote>& notes) {
  if (order.infill) return staying_in_infill(order, notes);
  if (order.melody && order.melody->source) return order.melody->source->given;
  std::vector<bool> stays(notes.size(), true);
  if (order.prime && order.prime_bars > 0) {
    for (std::size_t i = 0; i < notes.size(); ++i)
      stays[i] = notes[i].onset < order.prime->music->steps;
  }
  return stays;
}

const GivenFile* patched_file(const Order& order) {
  if (order.infill) return order.infill->source ? &*order.infill : nullptr;
  if (order.melody) return order.melody->source ? &*order.melody : nullptr;
  return order.prime && order.prime->source && !order.new_only ? &*order.prime : nullptr;
}

bool is_same_music(const GivenFile& file) {
  return file.hash.empty() || file.hash == given_hash(*file.music) ||
         (file.source && file.hash == file.source->hash);
}

}  // namespace toccata::composing
