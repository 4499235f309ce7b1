#include "roll/from_score.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/error.h"
#include "roll/bars.h"
#include "roll/pedal.h"

namespace toccata::roll {
namespace {

using midi::Tick;

// Far beyond any file (2^28 ticks a delta), and small enough that a tick times a grid fits 64 bits.
constexpr Tick kMostTicks = Tick{1} << 54;

// A note on the grid.
struct Cell {
  std::int64_t onset, end;  // steps; end > onset
  int pitch;                // in the range
};

// Turns ticks into steps.
struct Grid {
  std::int64_t steps_per_quarter, ticks_per_quarter;

  // The nearest step; from halfway the later one.
  std::int64_t step(Tick tick) const {
    return (2 * tick * steps_per_quarter + ticks_per_quarter) / (2 * ticks_per_quarter);
  }
  double exact(Tick tick) const {
    return static_cast<double>(tick * steps_per_quarter) / static_cast<double>(ticks_per_quarter);
  }
};

void check_ticks(const midi::Score& score, std::string_view where) {
  if (score.ticks_per_quarter < 1)
    fail("{}: expected at least 1 tick per quarter note, found {}", where, score.ticks_per_quarter);
  const auto check_tick = [&](Tick tick) {
    if (tick < 0 || tick > kMostTicks)
      fail("{}: found an event at tick {}; expected ticks from 0 to 2^54", where, tick);
  };
  check_tick(score.end);
  for (const midi::MeterChange& meter : score.meters) check_tick(meter.tick);
  for (const midi::Track& track : score.tracks)
    for (const midi::Note& note : track.notes) {
      check_tick(note.onset);
      check_tick(note.end);
    }
}

// The pitch in low..high that lies the fewest octaves away, -1 where there is none.
int fold(int pitch, const Options& options) {
  while (pitch < options.low) pitch += 12;
  while (pitch > options.high) pitch -= 12;
  return pitch >= options.low ? pitch : -1;
}

// How far onsets lay from the grid, summed in ticks / (2 * ticks_per_quarter) steps: exact.
struct Moves {
  std::int64_t sum = 0, most = 0;
  long moved = 0, onsets = 0;

  void add(Tick onset, std::int64_t step, const Grid& grid) {
    const std::int64_t off =
        std::abs(onset * grid.steps_per_quarter - step * grid.ticks_per_quarter);
    ++onsets;
    moved += off != 0;
    sum += off;
    most = std::max(most, off);
  }
};

std::vector<Cell> lay_on_grid(const midi::Score& score, const Options& options, const Grid& grid,
                              std::string_view where, ReadStatistics& statistics) {
  const std::vector<Tick> pedalled =
      options.pedal == Pedal::extend ? pedalled_ends(score) : std::vector<Tick>();
  std::vector<Cell> cells;
  std::size_t count = 0;
  for (const midi::Track& track : score.tracks) count += track.notes.size();
  cells.reserve(count);
  Moves moves;
  statistics.fit = GridFit(score.ticks_per_quarter);
  std::size_t index = 0;
  for (const midi::Track& track : score.tracks) {
    for (const midi::Note& note : track.notes) {
      const Tick end = pedalled.empty() ? note.end : pedalled[index];
      ++index;
      ++statistics.notes_read;
      if (note.channel == midi::kDrumChannel && !options.drums) {
        ++statistics.drums;
        continue;
      }
      const std::int64_t onset = grid.step(note.onset);
      int pitch = note.pitch;
      if (pitch < options.low || pitch > options.high) {
        if (options.out_of_range == OutOfRange::refuse) {
          const Bars bars(meters_on_grid(score, options.grid), options.grid);
          fail(
              "{}, {}: found pitch {}, expected {}..{}; widen the range, or let such notes be "
              "folded or dropped",
              where, bar_name(bars, grid.exact(note.onset)), pitch, options.low, options.high);
        }
        pitch = options.out_of_range == OutOfRange::fold ? fold(pitch, options) : -1;
        if (pitch < 0) {
          ++statistics.dropped;
          continue;
        }
        ++statistics.folded;
      }
      cells.push_back({onset, std::max(onset + 1, grid.step(end)), pitch});
      moves.add(note.onset, onset, grid);
      statistics.fit.add(note.onset);
    }
  }
  const double step_units = static_cast<double>(grid.ticks_per_quarter);
  statistics.moved = moves.moved;
  if (moves.onsets > 0)
    statistics.mean_move =
        static_cast<double>(moves.sum) / step_units / static_cast<double>(moves.onsets);
  statistics.most_moved = static_cast<double>(moves.most) / step_units;
  return cells;
}

struct Span {
  std::int64_t begin = 0, end = 0;  // steps
};

// The steps of the Score that the Roll shows.
Span span_of(const std::vector<Cell>& cells, const midi::Score& score, const Options& options,
             const Grid& grid, const Bars& bars) {
  Span span;
  const std::int64_t score_end = grid.step(score.end);
  if (cells.empty()) return options.trim ? span : Span{0, score_end};
  std::int64_t first = cells.front().onset, last = 0;
  for (const Cell& cell : cells) {
    first = std::min(first, cell.onset);
    last = std::max(last, cell.end);
  }
  if (!options.trim) return {0, std::max(last, score_end)};
  const auto whole = [](double step) {
    return static_cast<std::int64_t>(std::ceil(step - kSameStep));
  };
  span.begin = whole(bars.at(static_cast<double>(first)).begin);
  const std::int64_t bar_end = whole(bars.at(static_cast<double>(last - 1)).end);
  span.end = std::max(last, std::min(bar_end, score_end));
  return span;
}

// The meters that hold within the span, counted from its begin.
std::vector<MeterAt> meters_within(const std::vector<MeterAt>& meters, const Span& span,
                                   const Bars& bars) {
  const double begin = static_cast<double>(span.begin);
  std::vector<MeterAt> within;
  for (const MeterAt& meter : meters) {
    if (meter.step > begin + kSameStep && meter.step < static_cast<double>(span.end) - kSameStep)
      within.push_back({meter.step - begin, meter.numerator, meter.denominator});
  }
  // The meter in force at the begin, from its bar line; the default 4/4 need not be said.
  if (!meters.empty() && meters.front().step <= begin + kSameStep) {
    MeterAt first = bars.meter(begin);
    first.step = bars.at(begin).begin - begin;
    if (std::abs(first.step) < kSameStep) first.step = 0;
    within.insert(within.begin(), first);
  }
  return within;
}

// The notes by pitch, then onset.
std::vector<Cell> by_pitch(const std::vector<Cell>& cells) {
  std::array<std::size_t, 129> begin = {};
  for (const Cell& cell : cells) ++begin[static_cast<std::size_t>(cell.pitch) + 1];
  for (std::size_t pitch = 1; pitch < begin.size(); ++pitch) begin[pitch] += begin[pitch - 1];
  std::vector<Cell> sorted(cells.size());
  std::array<std::size_t, 129> next = begin;
  for (const Cell& cell : cells) sorted[next[static_cast<std::size_t>(cell.pitch)]++] = cell;
  const auto sooner = [](const Cell& a, const Cell& b) { return a.onset < b.onset; };
  for (std::size_t pitch = 0; pitch < 128; ++pitch) {
    const auto first = sorted.begin() + static_cast<std::ptrdiff_t>(begin[pitch]);
    const auto last = sorted.begin() + static_cast<std::ptrdiff_t>(begin[pitch + 1]);
    if (!std::is_sorted(first, last, sooner)) std::sort(first, last, sooner);
  }
  return sorted;
}

// Sets the cells of every note; returns how many notes can be told apart in the Roll. No cell is
// painted twice, so that a file of long notes on top of each other takes no longer than another.
long paint(const std::vector<Cell>& cells, const Span& span, Roll& roll) {
  const std::size_t notes = static_cast<std::size_t>(roll.notes());
  const auto cell_at = [&](std::int64_t step, int pitch) {
    return roll.cells.data() + static_cast<std::size_t>(step - span.begin) * notes +
           static_cast<std::size_t>(pitch - roll.low);
  };
  long kept = 0;
  int pitch = -1;
  std::int64_t onset = -1, painted = -1;  // of this pitch: the last onset, and painted until here
  for (const Cell& cell : by_pitch(cells)) {
    if (cell.pitch != pitch) onset = painted = -1;
    pitch = cell.pitch;
    kept += roll.articulation ? cell.onset != onset : cell.onset > painted;
    onset = cell.onset;
    if (roll.articulation) *cell_at(onset, pitch) |= kArticulate;
    const std::int64_t from = std::max(onset, painted);
    if (from < cell.end) {
      std::uint8_t* at = cell_at(from, pitch);
      for (std::int64_t step = from; step < cell.end; ++step, at += notes) *at |= kPlay;
      painted = cell.end;
    }
  }
  return kept;
}

}  // namespace

std::vector<MeterAt> meters_on_grid(const midi::Score& score, int grid) {
  const Grid steps{grid, score.ticks_per_quarter};
  std::vector<MeterAt> meters;
  for (const midi::MeterChange& change : score.meters) {
    const MeterAt next{steps.exact(change.tick), change.numerator, change.denominator};
    // Of two at one tick the last counts.
    if (!meters.empty() && meters.back().step == next.step) meters.pop_back();
    const MeterAt last = meters.empty() ? MeterAt{} : meters.back();
    if (change.tick == 0 || next.numerator != last.numerator ||
        next.denominator != last.denominator)
      meters.push_back(next);
  }
  return meters;
}

ReadRoll from_score(const midi::Score& score, const Options& options, std::string_view where) {
  check(options);
  check_ticks(score, where);
  const Grid grid{options.grid, score.ticks_per_quarter};
  const std::vector<MeterAt> meters = meters_on_grid(score, options.grid);
  const Bars bars(meters, options.grid);

  ReadRoll result;
  ReadStatistics& statistics = result.statistics;
  const std::vector<Cell> cells = lay_on_grid(score, options, grid, where, statistics);
  const Span span = span_of(cells, score, options, grid, bars);
  if (span.end - span.begin > kMostSteps)
    fail(
        "{}: the piece spans {} steps of 1/{} quarter note, expected at most {}; a delta time in "
        "the file may be damaged, or a coarser grid may do",
        where, span.end - span.begin, options.grid, kMostSteps);

  result.roll = make_roll(static_cast<int>(span.end - span.begin), options.low, options.high,
                          options.grid, options.articulation, meters_within(meters, span, bars));
  statistics.notes_kept = paint(cells, span, result.roll);
  statistics.merged =
      statistics.notes_read - statistics.notes_kept - statistics.dropped - statistics.drums;
  return result;
}

}  // namespace toccata::roll
