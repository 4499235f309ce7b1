#pragma once
// What can be changed while the music plays, and the words that change it.

#include <string>
#include <string_view>

#include "composing/step_gate.h"

namespace toccata::playing {

/// What the music keeps to. All of it can be changed between two steps.
struct Controls {
  double temperature = 1;  // 0.01..100: above 1 freer, below 1 safer
  double density = 1;      // 0.001..1000: the odds that a note begins, times this
  std::string key = {};    // or scale, in words; empty: any note may sound
  composing::PitchClasses pitch_classes = composing::kAllPitchClasses;  // of the key
  double tempo = 120;  // quarter notes a minute, 4..60000
  int velocity = 80;   // 1..127
  bool operator==(const Controls&) const = default;
};
/// Throws Error (usage) where a field is outside its bounds.
void check(const Controls& controls);

/// One change, as a line says it:
///   temperature 1.2   density 0.5   tempo 96   velocity 70     (or: up, down)
///   key D minor       key off       key next   key previous    (around the
///   circle of fifths) model NAME        quit
struct Command {
  enum class Kind { temperature, density, key, scale, tempo, velocity, model, quit };
  Kind kind = Kind::quit;
  std::string value;  // as given: a number, "up", a key, a name
};
/// Throws Error (usage), saying what can be said, where the line is none.
/// Letter case and spaces at the ends do not matter.
Command parse_command(std::string_view line);

/// The controls after a command (other than model and quit, which are no
/// controls). Throws Error (usage), the controls unchanged, where its value is
/// out of bounds.
Controls changed(const Controls& controls, const Command& command);

/// In words, for the player: "temperature 1.1, density 1, key D minor, 120
/// quarters a minute".
std::string to_string(const Controls& controls);

}  // namespace toccata::playing
