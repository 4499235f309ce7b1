#pragma once
// Score to Roll: music laid on the grid.

#include <string_view>

#include "music/grid_fit.h"
#include "music/options.h"
#include "music/roll.h"
#include "notation/score.h"

namespace toccata::music {

/// The longest piece that is read, in steps: 36 hours of 16ths at 120 quarters a minute, less than
/// 72 MB with 128 pitches. A small file can claim far more by one delta time.
inline constexpr int kMostSteps = 1 << 19;

/// What became of the notes. notes_read = notes_kept + merged + dropped + drums.
struct ReadStatistics {
  long notes_read = 0;    // of the Score
  long notes_kept = 0;    // onsets in the Roll (without articulation: stretches of sounding)
  long merged = 0;        // fell on a kept note of the same pitch and onset step (without
                          // articulation: or on the sounding note, or right after it)
  long folded = 0;        // of those kept or merged, moved by octaves into the range
  long dropped = 0;       // outside the range, and left out
  long drums = 0;         // on channel 10, and left out
  long moved = 0;         // onsets that were not on the grid, of those neither dropped nor drums
  double mean_move = 0;   // how far onsets moved, in steps, over the same notes
  double most_moved = 0;  // at most 0.5
  GridFit fit;            // over the same notes
};

struct ReadRoll {
  Roll roll;
  ReadStatistics statistics;
};

/// Lays a Score on the grid.
/// - An onset goes to its nearest step, and from halfway between two to the later one; so do ends;
///   a note lasts one step at least. No tempo is needed: the grid lies on ticks.
/// - All tracks and channels together: a cell plays where any note sounds, so that the end of one
///   part's note never cuts another's; each onset sets articulate, so that re-strikes are kept.
/// - Channel 10 is left out unless options.drums. It never takes the pedal.
/// - Pedal::extend: a note that ends while its channel's pedal is down (changes at its last tick
///   counted) sounds on until the pedal comes up or, if that is sooner, the channel's next onset of
///   its pitch; where neither comes, to the end of the Score.
/// - OutOfRange::fold moves a note by the fewest octaves; where the range holds no such pitch, the
///   note is dropped.
/// - Bar lines are the Score's own: 4/4 from tick 0, anew at each change of meter (a repeat of the
///   meter in force is no change).
/// - options.trim: the Roll begins with the bar of the first note and ends with the Score, but not
///   after the bar of the last sounding step; else it spans the Score from tick 0 to its end. So
///   the rest before a pickup stays, and every note keeps its place in the bar. Where a bar line
///   lies between two steps, the Roll begins at the later one, and its first meter at a step in
///   (-1, 0]. A Score without notes gives 0 steps.
/// `where` (a file's or piece's name) stands in errors. Throws Error on a pitch outside the range
/// with OutOfRange::refuse (names bar and pitch), on a piece longer than kMostSteps, and on a Score
/// that breaks score.h's promises; usage errors as check(options).
ReadRoll from_score(const notation::Score& score, const Options& options, std::string_view where);

/// The meters of a Score on the grid, from tick 0: repeats left out.
std::vector<MeterAt> meters_on_grid(const notation::Score& score, int grid);

}  // namespace toccata::music
