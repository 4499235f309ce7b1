#pragma once
// One voice of a tune: what is written, and how repeats unfold it into what is played.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "notation/abc_fields.h"
#include "notation/abc_text.h"
#include "notation/score.h"

namespace toccata::notation::abc {

struct Tone {
  std::uint8_t pitch = 60;
  bool tied = false;  // to the same pitch in the next element
};

struct Bar {
  bool repeat_end = false, repeat_start = false;
  int ending = 0;      // 1 or 2 where a first or second ending begins here
  bool thin = false;   // an ending's mark inside a bar: no bar line
  bool plain = false;  // a single line; the others may divide a bar
};

/// What stands in a voice: tones (a rest has none), or a bar line, or a change.
struct Element {
  Place place;
  std::vector<Tone> tones;
  Tick length = 0;
  std::optional<Bar> bar;
  bool changes_meter = false;  // `meter` is in force from here on, nothing where it is "none"
  std::optional<MeterChange> meter;
  std::optional<KeyChange> key;
  std::optional<std::uint32_t> tempo;  // microseconds a quarter
};

struct Voice {
  std::string id, name;
  int transpose = 0;  // semitones
  std::vector<Element> elements;
};

/// The elements in the order in which they are played: repeats once more, first endings once,
/// second endings after them.
std::vector<const Element*> unfold(const Voice& voice);

/// The first bar's length where it is shorter than the meter: an upbeat; 0 where it is not.
Tick upbeat(const std::vector<const Element*>& played);

/// Throws Error where a bar of the played voice is not as long as its meter says; an upbeat and the
/// bar it completes may be shorter.
void check_bars(const std::vector<const Element*>& played, std::string_view where);

/// The voice's notes, ties joined. Throws Error where a tie leads nowhere.
std::vector<Note> sounding_notes(const std::vector<const Element*>& played, std::uint8_t channel,
                                 std::string_view where);

}  // namespace toccata::notation::abc
