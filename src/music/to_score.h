#pragma once
// Roll to Score: what was composed, as notes that can be written, heard and drawn.

#include <string>

#include "music/roll.h"
#include "notation/score.h"

namespace toccata::music {

struct ToScoreOptions {
  double tempo = 120;           // quarter notes a minute, 4 to 60,000
  int velocity = 80;            // of every note, 1..127
  int program = 0;              // General MIDI sound, 0..127; 0 is the grand piano
  int channel = 0;              // 0..15; on 9, the drums' channel, no program is written
  int ticks_per_quarter = 480;  // raised to the next multiple of the grid, so that no step falls
                                // between ticks
  std::string track_name;       // none where empty
};

/// One track with every note of the Roll: from its articulate to where play ends or the next
/// articulate of its pitch stands; a play that begins without articulate, as all do in a Roll
/// without articulation, begins a note too. Meters are kept; one between two ticks moves to the
/// nearest. The Score ends with the Roll's last step.
/// Where the first meter began before step 0, the music begins ceil(-step) steps later, since a
/// Score has no ticks before 0. from_score with options.trim takes that back.
/// Throws Error (usage) where an option is outside its bounds.
notation::Score to_score(const Roll& roll, const ToScoreOptions& options = {});

}  // namespace toccata::music
