#pragma once
// A number of each note of a Score, told by the note's colour in a piano roll: the surprise of a
// listener, say.

#include <string>
#include <vector>

#include "rendering/picture.h"

namespace toccata::rendering {

struct NoteScale {
  std::string name;    // "surprise"
  std::string unit;    // "nats"
  double most = 6;     // where the scale ends; what is above has its last colour
  std::string little;  // what 0 means, in a word: "expected"
  std::string much;    // what `most` means: "surprising"
  // One for each note of the Score: track after track, each track's notes in their order.
  std::vector<double> values;
};

/// The colour of `share` (0..1, clipped) of a scale. Lightness goes one way all along, away from
/// the ground, so that the order is seen without colour too.
Colour scale_colour(Theme theme, double share);

/// The scale with its ends, for a picture's head: its right end at `right`, its baseline at
/// `baseline`. Returns where it begins.
double draw_scale(Canvas& canvas, Theme theme, const NoteScale& scale, double right,
                  double baseline);

/// The scale in words, for a picture's description.
std::string describe(const NoteScale& scale);

}  // namespace toccata::rendering
