#pragma once
// Score -> picture: a piano roll, wrapped into systems as a page of music is.

#include <optional>
#include <string>
#include <vector>

#include "notation/score.h"
#include "rendering/note_scale.h"
#include "rendering/picture.h"
#include "rendering/score_excerpt.h"

namespace toccata::rendering {

struct PianoRollOptions {
  std::string title;  // above the picture; empty: the Score's first track name
  Theme theme = Theme::light;
  double width = 1400;             // CSS pixels; the height follows from the music
  double longest_height = 16000;   // CSS pixels; longer pieces are drawn smaller, then in part
  BarRange bars;                   // which bars
  std::optional<NoteScale> scale;  // notes coloured by a number; none: by track and velocity
};

struct PianoRoll {
  Picture picture;
  std::int64_t first_bar = 1, last_bar = 1;  // those drawn
  std::int64_t bars = 1;                     // those asked for; more where the piece was too long
};

/// Rows are pitches with a keyboard at the left (C4 = 60), columns time in ticks; lines at bars
/// (numbered) and beats. A track has a colour, a louder note is stronger; drums are grey diamonds;
/// a strip below shows where the pedal is down. Throws Error (usage) where `bars` is not in the
/// piece, and Error where `scale` has not one value a note.
PianoRoll piano_roll(const notation::Score& score, const PianoRollOptions& options);

}  // namespace toccata::rendering
