#include "music/from_score.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "base/error.h"
#include "music/bars.h"
#include "music/pedal.h"

namespace toccata::music {
namespace {

using notation::Tick;

// Far beyond any file (2^28 ticks a delta), and small enough that a tick times a grid fits 64 bits.
constexpr Tick kMostTicks = Tick{1} << 54;

// A note on the grid, in steps from the first step shown. Small: a file may hold millions.
struct Cell {
  std::int32_t onset, end;  // end > onset
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

void check_ticks(const notation::Score& score, std::string_view where) {
  if (score.ticks_per_quarter < 1)
    fail("{}: expected at least 1 tick per quarter note, found {}", where, score.ticks_per_quarter);
  const auto check_tick = [&](Tick tick) {
    if (tick < 0 || tick > kMostTicks)
      fail("{}: found an event at tick {}; expected ticks from 0 to 2^54", where, tick);
  };
  check_tick(score.end);
  for (const notation::MeterChange& meter : score.meters) check_tick(meter.tick);
  for (const notation::Track& track : score.tracks)
    for (const notation::Note& note : track.notes) {
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

// Where the notes within the range lie, and how many of each pitch there are.
struct Survey {
  std::int64_t first = 0, last = 0;         // steps: the first onset and the last end
  std::array<std::size_t, 128> count = {};  // by pitch
  std::size_t notes = 0;
};

// Goes through the notes of a Score that a Roll can show.
class KeptNotes {
 public:
  KeptNotes(const notation::Score& score, const Options& options, const Grid& grid,
            std::string_view where)
      : score_(score), options_(options), grid_(grid), where_(where) {
    if (options.pedal == Pedal::extend) pedalled_ = pedalled_ends(score);
  }

  // visit(note, onset, end, pitch), onset and end in steps; what is left out is counted.
  template <typename Visit>
  void each(ReadStatistics& statistics, Visit&& visit) const {
    all(statistics, [&](const notation::Note& note, std::int64_t onset, std::int64_t,
                        std::int64_t end, int pitch) {
      if (pitch >= 0) visit(note, onset, end, pitch);
    });
  }

  // visit(note, onset, its own end, end under the pedal, pitch); pitch -1: it is left out.
  template <typename Visit>
  void all(ReadStatistics& statistics, Visit&& visit) const {
    std::size_t index = 0;
    for (const notation::Track& track : score_.tracks) {
      for (const notation::Note& note : track.notes) {
        const Tick sounds_until = pedalled_.empty() ? note.end : pedalled_[index];
        ++index;
        ++statistics.notes_read;
        const std::int64_t onset = grid_.step(note.onset);
        visit(note, onset, std::max(onset + 1, grid_.step(note.end)),
              std::max(onset + 1, grid_.step(sounds_until)), heard_pitch(note, statistics));
      }
    }
  }

 private:
  // -1: left out, and counted.
  int heard_pitch(const notation::Note& note, ReadStatistics& statistics) const {
    if (note.channel == notation::kDrumChannel && !options_.drums) {
      ++statistics.drums;
      return -1;
    }
    if (note.pitch >= options_.low && note.pitch <= options_.high) return note.pitch;
    const int pitch = bring_into_range(note);
    ++(pitch < 0 ? statistics.dropped : statistics.folded);
    return pitch;
  }

  int bring_into_range(const notation::Note& note) const {
    if (options_.out_of_range == OutOfRange::refuse) {
      const Bars bars(meters_on_grid(score_, options_.grid), options_.grid);
      fail(
          "{}, {}: the pitch {} lies outside the range {} to {}: widen it, or let such notes be "
          "moved by octaves or left out (--out-of-range)",
          where_, bar_name(bars, grid_.exact(note.onset)), note.pitch, options_.low, options_.high);
    }
    return options_.out_of_range == OutOfRange::fold ? fold(note.pitch, options_) : -1;
  }

  const notation::Score& score_;
  const Options& options_;
  const Grid grid_;
  const std::string_view where_;
  std::vector<Tick> pedalled_;  // each note's end under the pedal; empty: its own
};

Survey survey(const KeptNotes& notes, int ticks_per_quarter, const Grid& grid,
              ReadStatistics& statistics) {
  Survey found;
  Moves moves;
  statistics.fit = GridFit(ticks_per_quarter);
  notes.each(statistics,
             [&](const notation::Note& note, std::int64_t onset, std::int64_t end, int pitch) {
               found.first = found.notes == 0 ? onset : std::min(found.first, onset);
               found.last = std::max(found.last, end);
               ++found.notes;
               ++found.count[static_cast<std::size_t>(pitch)];
               moves.add(note.onset, onset, grid);
               statistics.fit.add(note.onset);
             });
  const double step_units = static_cast<double>(grid.ticks_per_quarter);
  statistics.moved = moves.moved;
  if (moves.onsets > 0)
    statistics.mean_move =
        static_cast<double>(moves.sum) / step_units / static_cast<double>(moves.onsets);
  statistics.most_moved = static_cast<double>(moves.most) / step_units;
  return found;
}

struct Span {
  std::int64_t begin = 0, end = 0;  // steps
};

// The steps of the Score that the Roll shows.
Span span_of(const Survey& found, const notation::Score& score, const Options& options,
             const Grid& grid, const Bars& bars) {
  Span span;
  const std::int64_t score_end = grid.step(score.end);
  if (found.notes == 0) return options.trim ? span : Span{0, score_end};
  if (!options.trim) return {0, std::max(found.last, score_end)};
  const auto whole = [](double step) {
    return static_cast<std::int64_t>(std::ceil(step - kSameStep));
  };
  span.begin = whole(bars.at(static_cast<double>(found.first)).begin);
  const std::int64_t bar_end = whole(bars.at(static_cast<double>(found.last - 1)).end);
  span.end = std::max(found.last, std::min(bar_end, score_end));
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

// The notes of each pitch, by onset, pitch after pitch: those of `pitch` stand from begin[pitch] to
// begin[pitch + 1].
struct Cells {
  std::vector<Cell> list;
  std::array<std::size_t, 129> begin = {};

  std::span<const Cell> of(std::size_t pitch) const {
    return std::span(list).subspan(begin[pitch], begin[pitch + 1] - begin[pitch]);
  }
};

Cells by_pitch(const KeptNotes& notes, const Survey& found, const Span& span) {
  Cells cells;
  cells.list.resize(found.notes);
  for (std::size_t pitch = 0; pitch < 128; ++pitch)
    cells.begin[pitch + 1] = cells.begin[pitch] + found.count[pitch];
  std::array<std::size_t, 129> next = cells.begin;
  ReadStatistics counted_before;
  notes.each(counted_before, [&](const notation::Note&, std::int64_t onset, std::int64_t end,
                                 int pitch) {
    cells.list[next[static_cast<std::size_t>(pitch)]++] = {
        static_cast<std::int32_t>(onset - span.begin), static_cast<std::int32_t>(end - span.begin)};
  });
  const auto sooner = [](const Cell& a, const Cell& b) { return a.onset < b.onset; };
  for (std::size_t pitch = 0; pitch < 128; ++pitch) {
    const auto first = cells.list.begin() + static_cast<std::ptrdiff_t>(cells.begin[pitch]);
    const auto last = cells.list.begin() + static_cast<std::ptrdiff_t>(cells.begin[pitch + 1]);
    if (!std::is_sorted(first, last, sooner)) std::sort(first, last, sooner);
  }
  return cells;
}

// Sets the cells of every note; returns how many notes can be told apart in the Roll. No cell is
// painted twice, so that a file of long notes on top of each other takes no longer than another.
long paint(const Cells& cells, Roll& roll) {
  const std::size_t notes = static_cast<std::size_t>(roll.notes());
  long kept = 0;
  for (int pitch = roll.low; pitch <= roll.high; ++pitch) {
    const auto cell_at = [&](std::int64_t step) {
      return roll.cells.data() + static_cast<std::size_t>(step) * notes +
             static_cast<std::size_t>(pitch - roll.low);
    };
    std::int64_t onset = -1, painted = -1;  // the last onset, and painted until here
    for (const Cell& cell : cells.of(static_cast<std::size_t>(pitch))) {
      kept += roll.articulation ? cell.onset != onset : cell.onset > painted;
      onset = cell.onset;
      if (roll.articulation) *cell_at(onset) |= kArticulate;
      const std::int64_t from = std::max(onset, painted);
      if (from < cell.end) {
        std::uint8_t* at = cell_at(from);
        for (std::int64_t step = from; step < cell.end; ++step, at += notes) *at |= kPlay;
        painted = cell.end;
      }
    }
  }
  return kept;
}

}  // namespace

std::vector<MeterAt> meters_on_grid(const notation::Score& score, int grid) {
  const Grid steps{grid, score.ticks_per_quarter};
  std::vector<MeterAt> meters;
  for (const notation::MeterChange& change : score.meters) {
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

ReadRoll from_score(const notation::Score& score, const Options& options, std::string_view where) {
  check(options);
  check_ticks(score, where);
  const Grid grid{options.grid, score.ticks_per_quarter};
  const std::vector<MeterAt> meters = meters_on_grid(score, options.grid);
  const Bars bars(meters, options.grid);

  ReadRoll result;
  ReadStatistics& statistics = result.statistics;
  const KeptNotes notes(score, options, grid, where);
  const Survey found = survey(notes, score.ticks_per_quarter, grid, statistics);
  const Span span = span_of(found, score, options, grid, bars);
  if (span.end - span.begin > kMostSteps)
    fail(
        "{}: the piece spans {} steps of 1/{} quarter note, expected at most {}; a delta time in "
        "the file may be damaged, or a coarser grid may do",
        where, span.end - span.begin, options.grid, kMostSteps);

  result.first_step = span.begin;
  result.roll = make_roll(static_cast<int>(span.end - span.begin), options.low, options.high,
                          options.grid, options.articulation, meters_within(meters, span, bars));
  statistics.notes_kept = paint(by_pitch(notes, found, span), result.roll);
  statistics.merged =
      statistics.notes_read - statistics.notes_kept - statistics.dropped - statistics.drums;
  return result;
}

std::vector<HeardNote> heard_notes(const notation::Score& score, const Options& options,
                                   std::string_view where, std::int64_t first_step) {
  check(options);
  check_ticks(score, where);
  const Grid grid{options.grid, score.ticks_per_quarter};
  const auto from_first = [&](std::int64_t step) {
    return static_cast<int>(std::clamp<std::int64_t>(step - first_step, INT32_MIN, INT32_MAX));
  };
  std::vector<HeardNote> heard;
  ReadStatistics ignored;
  KeptNotes(score, options, grid, where)
      .all(ignored, [&](const notation::Note&, std::int64_t onset, std::int64_t end,
                        std::int64_t sounds_until, int pitch) {
        heard.push_back({from_first(onset), from_first(end), from_first(sounds_until), pitch});
      });
  return heard;
}

notation::Tick tick_of_step(std::int64_t step, int grid, int ticks_per_quarter) {
  return (2 * step * ticks_per_quarter + grid) / (2 * std::int64_t{grid});
}

}  // namespace toccata::music
