#pragma once
// What can be changed while the music plays, and the words that change it.

#include <string>
#include <string_view>

#include "composing/order.h"

namespace toccata::playing {

/// One change, as a line says it: a live field of the order (composing/order.h) and its value, such
/// as
///   temperature 1.2   density 0.5   tempo 96   velocity 70     (or: up, down)
///   key D minor       key off       key next   key previous    (around the circle of fifths)
///   range C3-C5       most-notes 3  chords C | Am F | G7 | C   chords off
/// or
///   model NAME        quit
struct LiveCommand {
  enum class Kind { control, model, quit };
  Kind kind = Kind::quit;
  std::string control;  // a field's key
  std::string value;    // as given: a number, "up", a key, a name
};
/// Throws Error (usage), saying what can be said, where the line is none. Letter case of the first
/// word and spaces at the ends do not matter.
LiveCommand parse_command(std::string_view line);

/// The order after a control was changed. Throws Error (usage) where its value is out of bounds.
composing::Order changed(const composing::Order& order, const LiveCommand& command);

/// In words, for the player: "temperature 1.1, density 1, key D minor, 120 quarters per minute".
std::string to_string(const composing::Order& order);

}  // namespace toccata::playing
