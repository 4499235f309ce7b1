#pragma once
// Keys, scales, chords and note values as musicians write them, read into pitch classes and steps.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "composing/step_gate.h"

namespace toccata::composing {

/// "C4" (60), "F#3", "Bb-1", or a MIDI number. Throws Error (usage).
int parse_pitch(std::string_view text);

struct PitchRange {
  int low = 0, high = 127;  // MIDI, both included
  bool operator==(const PitchRange&) const = default;
};
/// "C3-G5", "48-79", or "all". Throws Error (usage).
PitchRange parse_range(std::string_view text);

struct Scale {
  std::string name;
  int tonic = 0;  // pitch class
  bool minor = false;
  PitchClasses classes = 0;
};
/// A key: "D minor", "Dm", "F# major", "Eb". Minor holds the raised sixth and seventh as well as
/// the natural ones. Throws Error (usage).
Scale parse_key(std::string_view text);
/// A scale: a tonic and "major", "natural minor", "harmonic minor", "melodic minor", a church mode,
/// "pentatonic", "minor pentatonic", "blues", "whole tone", "diminished" or "chromatic"; or its
/// notes, "C D E G A". Throws Error (usage), with the names known.
Scale parse_scale(std::string_view text);

struct Key {
  int tonic = 0;  // pitch class
  bool minor = false;
  bool operator==(const Key&) const = default;
};
/// The key of music in which each pitch class sounds for so long, by the profiles of Krumhansl &
/// Kessler (Psychological Review 1982) and the algorithm of Krumhansl & Schmuckler (Krumhansl,
/// "Cognitive Foundations of Musical Pitch", 1990): the best correlation. C major for silence.
Key key_of(std::span<const float, 12> classes);

struct Chord {
  std::string name;
  int root = 0;                // pitch class
  int bass = -1;               // pitch class of a slash chord's bass; -1: any
  PitchClasses classes = 0;    // bass included
  std::vector<int> by_weight;  // pitch classes, those first that a few voices must not leave out
  bool operator==(const Chord&) const = default;
};
/// "C", "Am", "G7", "Bbmaj7", "F#m7b5", "Dsus4", "C/E"… Throws Error (usage), with the kinds known.
Chord parse_chord(std::string_view text);

/// A chord for part of a bar.
struct ChordAt {
  int bar = 0;              // from 0
  double from = 0, to = 1;  // of the bar
  Chord chord;              // no classes: "N.C.", anything may sound
};
struct ChordTrack {
  int bars = 0;
  std::vector<ChordAt> chords;
};
/// "C | Am F | G7 | C": bars between lines, which their chords share evenly; "%" or "." goes on
/// with the chord before, "N.C." is none. Throws Error (usage) naming the bar.
ChordTrack parse_chords(std::string_view text);

/// "1/8", "3/16", "1", "2": a note value in whole notes. Throws Error (usage).
double parse_note_value(std::string_view text);

/// "9-12", "4", "1-2,7-8": bars counted from 1, both ends included. Throws Error (usage).
struct BarSpan {
  int first = 1, last = 1;
};
std::vector<BarSpan> parse_bars(std::string_view text);

}  // namespace toccata::composing
