#pragma once
// Score to Roll: lays music on the grid.

#include <cstdint>
#include <string_view>
#include <vector>

#include "music/grid_fit.h"
#include "music/options.h"
#include "music/roll.h"
#include "notation/score.h"

namespace toccata::music {

/// The longest piece that is read, in steps: 18 hours of 16ths at 120 quarters per minute, less
/// than 72 MB with 128 pitches. One delta time of a small file can claim far more.
inline constexpr int kMostSteps = 1 << 19;

/// Counts of the notes. notes_read = notes_kept + merged + dropped + drums.
struct ReadStatistics {
  long notes_read = 0;    // of the Score
  long notes_kept = 0;    // onsets in the Roll (without articulation: runs of sounding steps)
  long merged = 0;        // fell on a kept note of the same pitch and onset step (without
                          // articulation: overlap or directly follow a sounding note)
  long folded = 0;        // of the kept and merged: moved by octaves into the range
  long dropped = 0;       // outside the range and left out
  long drums = 0;         // on channel 10 and left out
  long moved = 0;         // onsets off the grid, of the kept and merged
  double mean_move = 0;   // how far onsets moved, in steps, over the same notes
  double most_moved = 0;  // at most 0.5
  GridFit fit;            // over the same notes
};

struct ReadRoll {
  Roll roll;
  std::int64_t first_step =
      0;  // of the Score's grid, counted from tick 0, that is the Roll's step 0
  ReadStatistics statistics;
};

/// Lays a Score on the grid.
/// - An onset goes to its nearest step, and from exactly halfway to the later one. Ends do the
///   same. A note lasts at least one step. No tempo is needed: the grid lies on ticks.
/// - All tracks and channels together: a cell plays where any note sounds, so the end of one part's
///   note never cuts another's. Each onset sets articulate, so notes struck again are kept.
/// - Channel 10 is left out unless options.drums. It never takes the pedal.
/// - Pedal::extend: a note that ends while its channel's pedal is down (with changes at its last
///   tick counted) sounds until the pedal comes up or, if that is sooner, until its pitch is struck
///   again on its channel; if neither happens, to the end of the Score.
/// - OutOfRange::fold moves a note by the fewest octaves. If the range holds no such pitch, the
///   note is dropped.
/// - Bar lines are the Score's own: 4/4 from tick 0, and a new bar at each change of meter (a
///   repeat of the meter in force is no change).
/// - options.trim: the Roll begins with the bar of the first note. It ends with the Score, but no
///   later than the bar of the last sounding step. So the rest before a pickup stays, and every
///   note keeps its place in the bar. If a bar line lies between two steps, the Roll begins at the
///   later one, and its first meter at a step in (-1, 0]. A Score without notes gives 0 steps.
///   Without options.trim the Roll spans the Score from tick 0 to its end.
/// `where` (the name of a file or piece) stands in errors. Throws Error on a pitch outside the
/// range with OutOfRange::refuse (with bar and pitch), on a piece longer than kMostSteps, and on a
/// Score that breaks the promises of score.h; usage errors as check(options).
ReadRoll from_score(const notation::Score& score, const Options& options, std::string_view where);

/// Where a note of a Score lies on the grid: as from_score lays it.
struct HeardNote {
  int onset = 0, end = 0;  // steps; end > onset, by the note itself
  int sounds_until = 0;    // step; later than `end` where the pedal holds it
  int pitch = -1;          // as it is heard, perhaps folded; -1: left out
  bool heard() const { return pitch >= 0; }
  bool operator==(const HeardNote&) const = default;
};

/// All notes, track by track in the order in which they stand. Steps are counted from `first_step`.
/// Throws Error as from_score does.
std::vector<HeardNote> heard_notes(const notation::Score& score, const Options& options,
                                   std::string_view where, std::int64_t first_step = 0);

/// The tick nearest to a step of the grid, counted from tick 0. Where a quarter note has as many
/// ticks as steps or more, a note at that tick lies on that step again.
notation::Tick tick_of_step(std::int64_t step, int grid, int ticks_per_quarter);

/// The meters of a Score on the grid, from tick 0, without repeats.
std::vector<MeterAt> meters_on_grid(const notation::Score& score, int grid);

}  // namespace toccata::music
