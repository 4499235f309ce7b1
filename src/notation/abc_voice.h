#pragma once
// One voice of a tune as it is written, and as it is played, with repeats unfolded.

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
  bool thin = false;   // the mark of an ending inside a bar, which is no bar line
  bool plain = false;  // a single line; the others may divide a bar
};

/// Tones (a rest has none), or a bar line, or a change.
struct Element {
  Place place;
  std::vector<Tone> tones;
  Tick length = 0;
  std::optional<Bar> bar;
  bool changes_meter = false;  // `meter` holds from here on; nullopt for "none"
  std::optional<MeterChange> meter;
  std::optional<KeyChange> key;
  std::optional<std::uint32_t> tempo;  // microseconds per quarter
};

struct Voice {
  std::string id, name;
  int transpose = 0;  // semitones
  std::vector<Element> elements;
};

/// The elements in the order of playing: repeats twice, first endings the first time, second
/// endings the second.
std::vector<const Element*> unfold(const Voice& voice);

/// The length of the upbeat, a first bar shorter than the meter; 0 without one.
Tick upbeat(const std::vector<const Element*>& played);

/// Throws Error if a bar is not as long as its meter. An upbeat and the bar that it completes may
/// be shorter.
void check_bars(const std::vector<const Element*>& played, std::string_view where);

/// The notes of the voice, with ties joined. Throws Error if a tie leads to no note.
std::vector<Note> sounding_notes(const std::vector<const Element*>& played, std::uint8_t channel,
                                 std::string_view where);

}  // namespace toccata::notation::abc
