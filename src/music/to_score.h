#pragma once
// Roll to Score: composed music as notes that can be written, heard and drawn.

#include <string>

#include "music/roll.h"
#include "notation/score.h"

namespace toccata::music {

struct ToScoreOptions {
  double tempo = 120;           // quarter notes per minute, 4 to 60,000
  int velocity = 80;            // of every note, 1..127
  int program = 0;              // General MIDI sound, 0..127; 0 is the grand piano
  int channel = 0;              // 0..15; on 9, the drums' channel, no program is written
  int ticks_per_quarter = 480;  // raised to the next multiple of the grid, so that no step falls
                                // between ticks
  std::string track_name;       // empty: none
};

/// One track with every note of the Roll. A note lasts from its articulate to the end of play or to
/// the next articulate of its pitch. Play that begins without articulate also begins a note (as
/// everywhere in a Roll without articulation). Meters are kept; a meter between two ticks moves to
/// the nearer one. The Score ends with the last step of the Roll.
/// If the first meter began before step 0, the music begins ceil(-step) steps later, since a Score
/// has no ticks before 0. from_score with options.trim reverses that.
/// Throws Error (usage) if an option is outside its bounds.
notation::Score to_score(const Roll& roll, const ToScoreOptions& options = {});

}  // namespace toccata::music
