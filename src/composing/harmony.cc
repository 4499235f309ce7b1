#include "composing/harmony.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "base/error.h"
#include "base/text.h"

namespace toccata::composing {
namespace {

using Intervals = std::vector<int>;

PitchClasses classes_of(int root, const Intervals& intervals) {
  PitchClasses classes = 0;
  for (const int interval : intervals) {
    classes = static_cast<PitchClasses>(classes | 1 << ((root + interval) % 12));
  }
  return classes;
}

std::vector<std::string_view> words_of(std::string_view text, std::string_view between) {
  std::vector<std::string_view> words;
  for (std::size_t at = 0; (at = text.find_first_not_of(between, at)) != text.npos;) {
    const std::size_t end = std::min(text.find_first_of(between, at), text.size());
    words.push_back(text.substr(at, end - at));
    at = end;
  }
  return words;
}

// Takes a note's name ("F#", "Bb", "Cx") off the front of `text`; none where there is none.
std::optional<int> take_note_name(std::string_view& text) {
  static constexpr std::array<int, 7> kLetters = {9, 11, 0, 2, 4, 5, 7};  // A to G
  if (text.empty()) return std::nullopt;
  const char letter = text[0] >= 'a' && text[0] <= 'g' ? static_cast<char>(text[0] - 32) : text[0];
  if (letter < 'A' || letter > 'G') return std::nullopt;
  int pitch = kLetters[static_cast<std::size_t>(letter - 'A')];
  text.remove_prefix(1);
  for (; !text.empty(); text.remove_prefix(1)) {
    if (text[0] == '#') {
      ++pitch;
    } else if (text[0] == 'b') {
      --pitch;
    } else {
      break;
    }
  }
  return (pitch % 12 + 12) % 12;
}

struct NamedIntervals {
  std::string_view name;
  Intervals intervals;
};

const std::vector<NamedIntervals>& scales() {
  static const std::vector<NamedIntervals> kScales = {
      {"major", {0, 2, 4, 5, 7, 9, 11}},
      {"natural minor", {0, 2, 3, 5, 7, 8, 10}},
      {"harmonic minor", {0, 2, 3, 5, 7, 8, 11}},
      {"melodic minor", {0, 2, 3, 5, 7, 9, 11}},
      {"minor", {0, 2, 3, 5, 7, 8, 10}},
      {"ionian", {0, 2, 4, 5, 7, 9, 11}},
      {"dorian", {0, 2, 3, 5, 7, 9, 10}},
      {"phrygian", {0, 1, 3, 5, 7, 8, 10}},
      {"lydian", {0, 2, 4, 6, 7, 9, 11}},
      {"mixolydian", {0, 2, 4, 5, 7, 9, 10}},
      {"aeolian", {0, 2, 3, 5, 7, 8, 10}},
      {"locrian", {0, 1, 3, 5, 6, 8, 10}},
      {"pentatonic", {0, 2, 4, 7, 9}},
      {"minor pentatonic", {0, 3, 5, 7, 10}},
      {"blues", {0, 3, 5, 6, 7, 10}},
      {"whole tone", {0, 2, 4, 6, 8, 10}},
      {"diminished", {0, 2, 3, 5, 6, 8, 9, 11}},
      {"chromatic", {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}}};
  return kScales;
}

// Intervals of a chord's kind, those first that make the chord what it is: a fifth comes last.
const std::vector<NamedIntervals>& chord_kinds() {
  static const std::vector<NamedIntervals> kKinds = {
      {"", {0, 4, 7}},          {"maj", {0, 4, 7}},
      {"m", {0, 3, 7}},         {"min", {0, 3, 7}},
      {"-", {0, 3, 7}},         {"dim", {0, 3, 6}},
      {"o", {0, 3, 6}},         {"aug", {0, 4, 8}},
      {"+", {0, 4, 8}},         {"5", {0, 7}},
      {"sus2", {0, 2, 7}},      {"sus4", {0, 5, 7}},
      {"sus", {0, 5, 7}},       {"6", {0, 4, 9, 7}},
      {"m6", {0, 3, 9, 7}},     {"7", {0, 4, 10, 7}},
      {"maj7", {0, 4, 11, 7}},  {"M7", {0, 4, 11, 7}},
      {"m7", {0, 3, 10, 7}},    {"min7", {0, 3, 10, 7}},
      {"-7", {0, 3, 10, 7}},    {"mM7", {0, 3, 11, 7}},
      {"mmaj7", {0, 3, 11, 7}}, {"dim7", {0, 3, 9, 6}},
      {"o7", {0, 3, 9, 6}},     {"m7b5", {0, 3, 10, 6}},
      {"aug7", {0, 4, 10, 8}},  {"7#5", {0, 4, 10, 8}},
      {"7b5", {0, 4, 10, 6}},   {"7sus4", {0, 5, 10, 7}},
      {"9", {0, 4, 10, 2, 7}},  {"maj9", {0, 4, 11, 2, 7}},
      {"m9", {0, 3, 10, 2, 7}}, {"7b9", {0, 4, 10, 1, 7}},
      {"add9", {0, 4, 2, 7}},   {"6/9", {0, 4, 9, 2, 7}}};
  return kKinds;
}

template <typename List>
std::string names_of(const List& list) {
  std::string names;
  for (const NamedIntervals& one : list) {
    if (!names.empty()) names += ", ";
    names += one.name;
  }
  return names;
}

}  // namespace

int parse_pitch(std::string_view text) {
  std::string_view rest = text;
  std::optional<int> pitch = parse_number<int>(text);
  if (!pitch) {
    const std::optional<int> pitch_class = take_note_name(rest);
    const std::optional<int> octave = parse_number<int>(rest);
    if (pitch_class && octave && *octave >= -1 && *octave <= 9) {
      pitch = 12 * (*octave + 1) + *pitch_class;
      // B#3 is the C above it, Cb4 the B below.
      const char letter = text[0] & ~0x20;
      if (letter == 'B' && *pitch_class < 6) *pitch += 12;
      if (letter == 'C' && *pitch_class > 6) *pitch -= 12;
    }
  }
  if (!pitch || *pitch < 0 || *pitch > 127) {
    fail_usage(
        "\"{}\" is no pitch: expected a name such as C4 (the middle C), F#3 or Bb5, or a "
        "MIDI number from 0 to 127",
        text);
  }
  return *pitch;
}

PitchRange parse_range(std::string_view text) {
  if (text == "all") return {};
  // The octave may be -1: the line between the two is the first one behind a digit.
  for (std::size_t at = 1; at < text.size(); ++at) {
    if (text[at] != '-' || text[at - 1] < '0' || text[at - 1] > '9') continue;
    const PitchRange range{parse_pitch(text.substr(0, at)), parse_pitch(text.substr(at + 1))};
    if (range.low > range.high) {
      fail_usage("the range {} is upside down: the lower pitch comes first", text);
    }
    return range;
  }
  fail_usage("\"{}\" is no range: expected two pitches, the lower first, such as C3-G5, or all",
             text);
}

Scale parse_key(std::string_view text) {
  std::string_view rest = text;
  const std::optional<int> tonic = take_note_name(rest);
  const std::vector<std::string_view> words = words_of(rest, " ");
  const std::string mode = words.size() == 1 ? std::string(words[0]) : "";
  const bool minor = mode == "m" || lower_case(mode) == "minor" || lower_case(mode) == "min";
  const bool major =
      words.empty() || mode == "M" || lower_case(mode) == "major" || lower_case(mode) == "maj";
  if (!tonic || (!minor && !major)) {
    fail_usage(
        "\"{}\" is no key: expected a tonic and major or minor, such as \"D minor\" or "
        "\"Eb major\"; for other scales there is --scale",
        text);
  }
  Scale scale{std::string(text), *tonic, minor, 0};
  scale.classes =
      classes_of(*tonic, minor ? Intervals{0, 2, 3, 5, 7, 8, 9, 10, 11} : scales()[0].intervals);
  return scale;
}

Scale parse_scale(std::string_view text) {
  std::string_view rest = text;
  const std::optional<int> tonic = take_note_name(rest);
  std::string name;
  for (const std::string_view word : words_of(rest, " ")) {
    if (!name.empty()) name += ' ';
    name += lower_case(word);
  }
  for (const NamedIntervals& known : scales()) {
    if (tonic && name == known.name) {
      return {std::string(text), *tonic, known.intervals[2] == 3,
              classes_of(*tonic, known.intervals)};
    }
  }
  // Or the notes one by one.
  const std::vector<std::string_view> words = words_of(text, " ,");
  PitchClasses classes = 0;
  bool notes = words.size() >= 2;
  for (std::string_view word : words) {
    const std::optional<int> note = take_note_name(word);
    notes = notes && note && word.empty();
    if (note) classes = static_cast<PitchClasses>(classes | 1 << *note);
  }
  if (!tonic || !notes) {
    fail_usage(
        "\"{}\" is no scale: expected a tonic and one of {}; or its notes, such as "
        "\"C D E G A\"",
        text, names_of(scales()));
  }
  return {std::string(text), *tonic, false, classes};
}

Chord parse_chord(std::string_view text) {
  std::string_view rest = text;
  const std::optional<int> root = take_note_name(rest);
  Chord chord;
  chord.name = text;
  chord.root = root.value_or(0);
  for (const NamedIntervals& kind : chord_kinds()) {
    if (!root || !rest.starts_with(kind.name)) continue;
    std::string_view behind = rest.substr(kind.name.size());
    std::optional<int> bass;
    if (behind.starts_with("/")) {
      behind.remove_prefix(1);
      bass = take_note_name(behind);
      if (!bass) continue;
    }
    if (!behind.empty()) continue;
    chord.classes = classes_of(chord.root, kind.intervals);
    for (const int interval : kind.intervals)
      chord.by_weight.push_back((chord.root + interval) % 12);
    if (bass) {
      chord.bass = *bass;
      chord.classes = static_cast<PitchClasses>(chord.classes | 1 << *bass);
      std::erase(chord.by_weight, *bass);
      chord.by_weight.insert(chord.by_weight.begin(), *bass);
    }
    return chord;
  }
  fail_usage(
      "\"{}\" is no chord: expected a root and nothing (major) or one of {}; a bass may "
      "follow, as in C/E",
      text, names_of(chord_kinds()));
}

ChordTrack parse_chords(std::string_view text) {
  ChordTrack track;
  std::optional<Chord> last;
  for (const std::string_view bar : words_of(text, "|\n")) {
    const std::vector<std::string_view> names = words_of(bar, " \t\r,");
    if (names.empty()) continue;
    const auto count = static_cast<double>(names.size());
    for (std::size_t i = 0; i < names.size(); ++i) {
      Chord chord;
      if (names[i] == "%" || names[i] == ".") {
        if (!last) fail_usage("chords: bar 1 goes on with a chord before it, and there is none");
        chord = *last;
      } else if (lower_case(names[i]) == "n.c." || lower_case(names[i]) == "nc") {
        chord.name = "N.C.";
      } else {
        try {
          chord = parse_chord(names[i]);
        } catch (const Error& error) {
          fail_usage("chords, bar {}: {}", track.bars + 1, error.what());
        }
      }
      last = chord;
      track.chords.push_back({track.bars, static_cast<double>(i) / count,
                              static_cast<double>(i + 1) / count, std::move(chord)});
    }
    ++track.bars;
  }
  if (track.bars == 0) {
    fail_usage("chords: expected bars of chord names, such as \"C | Am F | G7 | C\", found \"{}\"",
               text);
  }
  return track;
}

double parse_note_value(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::optional<int> above = parse_number<int>(text.substr(0, slash));
  const std::optional<int> below =
      slash == text.npos ? std::optional<int>(1) : parse_number<int>(text.substr(slash + 1));
  if (!above || !below || *above < 1 || *below < 1 || *above > 10000 || *below > 10000) {
    fail_usage("\"{}\" is no note value: expected a fraction of a whole note, such as 1/8 or 3/4",
               text);
  }
  return static_cast<double>(*above) / *below;
}

std::vector<BarSpan> parse_bars(std::string_view text) {
  std::vector<BarSpan> spans;
  for (const std::string_view part : words_of(text, ", ")) {
    const std::size_t line = part.find('-');
    const std::optional<int> first = parse_number<int>(part.substr(0, line));
    const std::optional<int> last =
        line == part.npos ? first : parse_number<int>(part.substr(line + 1));
    if (!first || !last || *first < 1 || *last < *first) {
      fail_usage(
          "bars: \"{}\" is no stretch of bars: expected such as 9-12 (both included, counted "
          "from 1) or 4",
          part);
    }
    spans.push_back({*first, *last});
  }
  if (spans.empty()) fail_usage("bars: expected such as 9-12, found \"{}\"", text);
  return spans;
}

Key key_of(std::span<const float, 12> classes) {
  constexpr std::array<std::array<double, 12>, 2> kProfiles = {
      {{6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88},
       {6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17}}};
  double mean = 0;
  for (const float sounded : classes) mean += static_cast<double>(sounded) / 12;
  Key best;
  double most = 0;
  for (const bool minor : {false, true}) {
    const std::array<double, 12>& profile = kProfiles[minor ? 1 : 0];
    double usual = 0, spread = 0;
    for (const double value : profile) usual += value / 12;
    for (const double value : profile) spread += (value - usual) * (value - usual);
    for (std::size_t tonic = 0; tonic < 12; ++tonic) {
      double alike = 0;
      for (std::size_t k = 0; k < 12; ++k)
        alike += (static_cast<double>(classes[(tonic + k) % 12]) - mean) * (profile[k] - usual);
      alike /= std::sqrt(spread);
      if (alike <= most) continue;
      most = alike;
      best = {static_cast<int>(tonic), minor};
    }
  }
  return best;
}

}  // namespace toccata::composing
