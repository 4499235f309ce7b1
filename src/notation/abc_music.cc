#include "notation/abc_music.h"

#include <cctype>
#include <string>
#include <vector>

namespace toccata::notation::abc {
namespace {

constexpr std::string_view kLetters = "CDEFGAB";
constexpr std::array<int, 7> kSemitones = {0, 2, 4, 5, 7, 9, 11};
constexpr std::string_view kDecorations = ".~HLMOPSTuv";
constexpr std::string_view kPassedOver = " \t$`y)\\";

class MusicReader {
 public:
  MusicReader(LineCursor& cursor, VoiceState& state, Voice& voice)
      : cursor_(cursor), state_(state), voice_(voice) {}

  std::optional<std::string_view> read() {
    while (!cursor_.at_end()) {
      const char c = cursor_.peek();
      if (c == '%') return std::nullopt;
      if (kPassedOver.find(c) != std::string_view::npos ||
          kDecorations.find(c) != std::string_view::npos) {
        cursor_.next();
      } else if (c == '"' || c == '!' || c == '+') {
        cursor_.next();
        cursor_.until(c);
      } else if (c == '{') {
        cursor_.until('}');
      } else if (c == '(') {
        slur_or_tuplet();
      } else if (c == '[') {
        if (const auto voice = bracket()) return voice;
      } else if (c == '|' || c == ':') {
        bar_line();
      } else if (c == '>' || c == '<') {
        broken_rhythm();
      } else if (c == '-') {
        tie();
      } else if (c == 'z' || c == 'x' || c == 'Z' || c == 'X') {
        rest();
      } else if (starts_note(c)) {
        note();
      } else {
        cursor_.error("\"{}\" is not understood here (docs/data.md lists what is)", c);
      }
    }
    return std::nullopt;
  }

 private:
  struct ReadTone {
    Tone tone;
    std::pair<int, int> name;  // letter and octave, for ties
    Fraction length;
  };

  static bool starts_note(char c) {
    return c == '^' || c == '_' || c == '=' || (c >= 'A' && c <= 'G') || (c >= 'a' && c <= 'g');
  }

  void slur_or_tuplet() {
    cursor_.next();
    if (!std::isdigit(static_cast<unsigned char>(cursor_.peek()))) return;  // a slur
    const std::int64_t p = cursor_.number_or(1);
    const bool compound = state_.meter && state_.meter->denominator >= 8 &&
                          state_.meter->numerator > 3 && state_.meter->numerator % 3 == 0;
    static constexpr std::array<std::int64_t, 10> kTime = {0, 0, 3, 2, 3, 0, 2, 0, 3, 0};
    if (p < 2 || p > 9) cursor_.error("a tuplet of {} notes: expected 2 to 9", p);
    std::int64_t q = kTime[static_cast<std::size_t>(p)];
    if (q == 0) q = compound ? 3 : 2;
    std::int64_t r = p;
    if (cursor_.accept(':')) {
      q = cursor_.number_or(q);
      if (cursor_.accept(':')) r = cursor_.number_or(r);
    }
    state_.tuplet = Fraction{q, p}.reduced();
    state_.tuplet_left = r;
  }

  /// What begins with [: an inline field, an ending, a bar line or a chord.
  std::optional<std::string_view> bracket() {
    const char after = cursor_.peek(1);
    if (after == '|' || after == ']') {
      bar_line();
    } else if (std::isdigit(static_cast<unsigned char>(after))) {
      const Place place = cursor_.place();
      cursor_.next();
      Bar bar;
      bar.ending = ending_number();
      bar.thin = true;
      add_bar(place, bar);
    } else if (std::isalpha(static_cast<unsigned char>(after)) && cursor_.peek(2) == ':') {
      cursor_.next();
      const char field = cursor_.next();
      cursor_.next();
      const Place place = cursor_.place();
      const std::string_view value = cursor_.until(']');
      if (field == 'V') return value;
      LineCursor inner(value, cursor_.where(), place.line, place.column);
      apply_field(field, inner, state_, voice_);
    } else {
      chord();
    }
    return std::nullopt;
  }

  int ending_number() {
    const std::int64_t number = cursor_.number_or(1);
    if (number > 2) cursor_.error("an ending {}: only first and second endings are read", number);
    return static_cast<int>(number);
  }

  void bar_line() {
    const Place place = cursor_.place();
    std::string line;
    while (cursor_.peek() == '|' || cursor_.peek() == ':' || cursor_.peek() == ']' ||
           (cursor_.peek() == '[' && cursor_.peek(1) == '|'))
      line.push_back(cursor_.next());
    if (line.empty()) cursor_.error("\"[]\" is not understood here (docs/data.md lists what is)");
    Bar bar;
    bar.plain = line == "|";
    const bool only_colons = line.find_first_not_of(':') == std::string::npos;
    if (only_colons && line.size() < 2) cursor_.error("a lone \":\" is no bar line");
    bar.repeat_end = line.front() == ':';
    bar.repeat_start = line.back() == ':';
    if (std::isdigit(static_cast<unsigned char>(cursor_.peek()))) bar.ending = ending_number();
    add_bar(place, bar);
  }

  void add_bar(Place place, const Bar& bar) {
    Element element;
    element.place = place;
    element.bar = bar;
    voice_.elements.push_back(std::move(element));
    if (!bar.thin) state_.accidentals = {};
    state_.last.reset();
  }

  void broken_rhythm() {
    const char sign = cursor_.peek();
    Fraction shorter{1, 1};
    while (cursor_.accept(sign)) shorter = shorter * Fraction{1, 2};
    const Fraction longer = Fraction{2, 1} + Fraction{-shorter.top, shorter.bottom};
    if (!state_.last) cursor_.error("\"{}\" needs a note before it in its bar", sign);
    Element& element = voice_.elements.back();
    element.length = whole_ticks(*state_.last * (sign == '>' ? longer : shorter), cursor_);
    state_.broken = sign == '>' ? shorter : longer;
    state_.last.reset();
  }

  void tie() {
    cursor_.next();
    if (voice_.elements.empty() || voice_.elements.back().tones.empty())
      cursor_.error("a tie needs a note before it");
    for (Tone& tone : voice_.elements.back().tones) tone.tied = true;
    for (const ReadTone& read : latest_) state_.tied[read.name] = read.tone.pitch;
  }

  void rest() {
    const Place place = cursor_.place();
    const char kind = cursor_.next();
    if (kind == 'z' || kind == 'x') {
      add_sound(place, {}, length() * state_.unit);
      return;
    }
    const Tick bar = bar_length(state_.meter);
    if (bar == 0) cursor_.error("a rest of whole bars needs a meter");
    const std::int64_t bars = cursor_.number_or(1);
    for (std::int64_t i = 0; i < bars; ++i) {
      Element element;
      element.place = place;
      element.length = bar;
      voice_.elements.push_back(std::move(element));
      Bar line;
      line.plain = true;
      if (i + 1 < bars) add_bar(place, line);
    }
    state_.last.reset();
  }

  void note() {
    const Place place = cursor_.place();
    const ReadTone read = tone();
    add_sound(place, {read}, read.length * state_.unit);
  }

  void chord() {
    const Place place = cursor_.place();
    cursor_.next();
    std::vector<ReadTone> tones;
    std::map<std::pair<int, int>, std::uint8_t> tied_on;
    for (;;) {
      while (kPassedOver.find(cursor_.peek()) != std::string_view::npos && !cursor_.at_end())
        cursor_.next();
      if (cursor_.accept(']')) break;
      if (!starts_note(cursor_.peek())) cursor_.error("a chord without its closing \"]\"");
      tones.push_back(tone());
      if (cursor_.accept('-')) {
        tones.back().tone.tied = true;
        tied_on[tones.back().name] = tones.back().tone.pitch;
      }
    }
    if (tones.empty()) cursor_.error("an empty chord");
    const Fraction written = tones[0].length * length() * state_.unit;
    add_sound(place, tones, written);
    state_.tied.insert(tied_on.begin(), tied_on.end());
  }

  /// One note: accidentals, letter, octave marks, length (in units).
  ReadTone tone() {
    std::optional<int> accidental;
    const char sign = cursor_.peek();
    if (sign == '^' || sign == '_' || sign == '=') {
      const int step = sign == '^' ? 1 : sign == '_' ? -1 : 0;
      cursor_.next();
      accidental = step;
      if (step != 0 && cursor_.accept(sign)) accidental = 2 * step;
    }
    const char written = cursor_.peek();
    const std::size_t letter =
        kLetters.find(static_cast<char>(std::toupper(static_cast<unsigned char>(written))));
    if (cursor_.at_end() || letter == std::string_view::npos)
      cursor_.error("an accidental without a note from A to G");
    cursor_.next();
    int octave = written >= 'a' ? 1 : 0;
    for (;;) {
      if (cursor_.accept('\''))
        ++octave;
      else if (cursor_.accept(','))
        --octave;
      else
        break;
    }
    ReadTone read;
    read.name = {static_cast<int>(letter), octave};
    if (accidental) state_.accidentals[letter] = accidental;
    const int altered = state_.accidentals[letter].value_or(state_.key.accidentals[letter]);
    int pitch = 60 + 12 * octave + kSemitones[letter] + altered + voice_.transpose;
    // A tied note keeps its accidental across the bar line.
    if (const auto held = state_.tied.find(read.name); held != state_.tied.end() && !accidental)
      pitch = held->second;
    if (pitch < 0 || pitch > 127) cursor_.error("a note of MIDI pitch {}: 0 to 127 exist", pitch);
    read.tone.pitch = static_cast<std::uint8_t>(pitch);
    read.length = length();
    return read;
  }

  /// "3", "/", "//", "3/2" behind a note, in units.
  Fraction length() {
    Fraction length{cursor_.number_or(1), 1};
    while (cursor_.accept('/')) length = length * Fraction{1, cursor_.number_or(2)};
    return length;
  }

  void add_sound(Place place, const std::vector<ReadTone>& tones, Fraction written) {
    if (state_.tuplet_left > 0) {
      written = written * state_.tuplet;
      --state_.tuplet_left;
    }
    state_.last = written;
    if (state_.broken) {
      written = written * *state_.broken;
      state_.broken.reset();
      state_.last.reset();
    }
    Element element;
    element.place = place;
    element.length = whole_ticks(written, cursor_);
    for (const ReadTone& read : tones) element.tones.push_back(read.tone);
    voice_.elements.push_back(std::move(element));
    latest_ = tones;
    state_.tied.clear();
  }

  LineCursor& cursor_;
  VoiceState& state_;
  Voice& voice_;
  std::vector<ReadTone> latest_;
};

}  // namespace

void apply_field(char field, LineCursor& cursor, VoiceState& state, Voice& voice) {
  Element element;
  element.place = cursor.place();
  switch (field) {
    case 'K':
      state.key = read_key(cursor);
      element.key = KeyChange{0, state.key.sharps, state.key.minor};
      break;
    case 'M':
      state.meter = read_meter(cursor);
      element.changes_meter = true;
      element.meter = state.meter;
      break;
    case 'L':
      state.unit = read_length(cursor);
      return;
    case 'Q':
      element.tempo = read_tempo(cursor, state.unit);
      break;
    default:
      return;
  }
  voice.elements.push_back(std::move(element));
}

std::optional<std::string_view> read_music(LineCursor& cursor, VoiceState& state, Voice& voice) {
  return MusicReader(cursor, state, voice).read();
}

}  // namespace toccata::notation::abc
