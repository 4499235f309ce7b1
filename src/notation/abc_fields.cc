#include "notation/abc_fields.h"

#include <bit>
#include <cctype>
#include <cmath>
#include <string>
#include <string_view>

namespace toccata::notation::abc {
namespace {

constexpr std::string_view kLetters = "CDEFGAB";
constexpr std::array<int, 7> kSharpsOfMajor = {0, 2, 4, -1, 1, 3, 5};         // C major … B major
constexpr std::array<std::size_t, 7> kOrderOfSharps = {3, 0, 4, 1, 5, 2, 6};  // F C G D A E B

struct Mode {
  std::string_view name;  // its first three letters decide
  int sharps;             // more than the major key of its tonic
  bool minor;             // nearer to minor, for MIDI knows no other modes
};
constexpr std::array kModes = {
    Mode{"maj", 0, false}, Mode{"ion", 0, false},  Mode{"min", -3, true},
    Mode{"aeo", -3, true}, Mode{"dor", -2, true},  Mode{"phr", -4, true},
    Mode{"lyd", 1, false}, Mode{"mix", -1, false}, Mode{"loc", -5, true}};

std::string word(LineCursor& cursor) {
  std::string letters;
  while (std::isalpha(static_cast<unsigned char>(cursor.peek())))
    letters.push_back(static_cast<char>(std::tolower(cursor.next())));
  return letters;
}

void read_mode(LineCursor& cursor, const std::string& name, Key& key) {
  if (name.empty()) return;
  if (name == "m") {
    key.sharps -= 3;
    key.minor = true;
    return;
  }
  for (const Mode& mode : kModes) {
    if (!std::string_view(name).starts_with(mode.name)) continue;
    key.sharps += mode.sharps;
    key.minor = mode.minor;
    return;
  }
  cursor.error("a key of mode \"{}\": expected maj, min, dor, phr, lyd, mix, aeo, loc or ion",
               name);
}

/// Accidentals after the mode: "^f _b =c".
void read_added_accidentals(LineCursor& cursor, Key& key) {
  for (;;) {
    cursor.skip_blanks();
    const char sign = cursor.peek();
    if (sign != '^' && sign != '_' && sign != '=') return;
    int semitones = 0;
    while (cursor.peek() == sign) {
      cursor.next();
      semitones += sign == '^' ? 1 : sign == '_' ? -1 : 0;
    }
    const auto letter = kLetters.find(static_cast<char>(std::toupper(cursor.peek())));
    if (cursor.at_end() || letter == std::string_view::npos)
      cursor.error("expected a note after the key's added accidental");
    cursor.next();
    key.accidentals[letter] = semitones;
  }
}

}  // namespace

Key read_key(LineCursor& cursor) {
  Key key;
  cursor.skip_blanks();
  if (cursor.at_end()) return key;
  if (cursor.rest().starts_with("none")) {
    word(cursor);
    return key;
  }
  const std::size_t letter = kLetters.find(cursor.peek());
  if (letter == std::string_view::npos)
    cursor.error("a key that begins with \"{}\": expected a note from A to G, or none",
                 cursor.peek());
  // "clef=bass" alone begins with a small letter and so never comes here.
  cursor.next();
  key.sharps = kSharpsOfMajor[letter];
  if (cursor.accept('#'))
    key.sharps += 7;
  else if (cursor.accept('b'))
    key.sharps -= 7;
  cursor.skip_blanks();
  const char follows = cursor.peek();
  const bool is_property = cursor.rest().find('=') < cursor.rest().find(' ') && follows != '=';
  if (std::isalpha(static_cast<unsigned char>(follows)) && !is_property)
    read_mode(cursor, word(cursor), key);
  if (key.sharps < -7 || key.sharps > 7)
    cursor.error("a key of {} {}: 7 are the most", std::abs(key.sharps),
                 key.sharps > 0 ? "sharps" : "flats");
  for (int i = 0; i < key.sharps; ++i)
    key.accidentals[kOrderOfSharps[static_cast<std::size_t>(i)]] = 1;
  for (int i = 0; i < -key.sharps; ++i)
    key.accidentals[kOrderOfSharps[static_cast<std::size_t>(6 - i)]] = -1;
  read_added_accidentals(cursor, key);
  return key;
}

std::optional<MeterChange> read_meter(LineCursor& cursor) {
  cursor.skip_blanks();
  if (cursor.rest().starts_with("none")) return std::nullopt;
  if (cursor.accept('C')) return cursor.accept('|') ? MeterChange{0, 2, 2} : MeterChange{0, 4, 4};
  const std::int64_t top = cursor.number_or(0);
  const std::int64_t bottom = cursor.accept('/') ? cursor.number_or(0) : 0;
  if (top < 1 || top > 255 || bottom < 1 || bottom > 256 ||
      !std::has_single_bit(static_cast<std::uint64_t>(bottom)))
    cursor.error("expected a meter such as 3/4, 6/8, C, C| or none");
  return MeterChange{0, static_cast<int>(top), static_cast<int>(bottom)};
}

Fraction read_length(LineCursor& cursor) {
  cursor.skip_blanks();
  const std::int64_t top = cursor.number_or(0);
  const std::int64_t bottom = cursor.accept('/') ? cursor.number_or(0) : 1;
  if (top == 0 || bottom == 0) cursor.error("expected a length such as 1/8");
  return {top, bottom};
}

Fraction default_length(const std::optional<MeterChange>& meter) {
  if (meter && meter->numerator * 4 < meter->denominator * 3) return {1, 16};
  return {1, 8};
}

std::optional<std::uint32_t> read_tempo(LineCursor& cursor, Fraction unit) {
  cursor.skip_blanks();
  if (cursor.accept('"')) {
    cursor.until('"');
    cursor.skip_blanks();
  }
  if (cursor.at_end()) return std::nullopt;
  const std::int64_t first = cursor.number_or(0);
  Fraction beat = unit;
  std::int64_t beats = first;
  if (cursor.accept('/')) {
    beat = {first, cursor.number_or(0)};
    cursor.skip_blanks();
    if (!cursor.accept('=')) cursor.error("expected a tempo such as 1/4=120");
    cursor.skip_blanks();
    beats = cursor.number_or(0);
  }
  if (beat.top == 0 || beat.bottom == 0 || beats == 0)
    cursor.error("expected a tempo such as 1/4=120");
  const double quarters_a_minute = static_cast<double>(beats) * beat.value() * 4;
  const double microseconds = std::round(60e6 / quarters_a_minute);
  if (microseconds < 1 || microseconds > 0xffffff)
    cursor.error("a tempo of {:.2f} quarter notes per minute, which MIDI cannot say",
                 quarters_a_minute);
  return static_cast<std::uint32_t>(microseconds);
}

Tick bar_length(const std::optional<MeterChange>& meter) {
  return meter ? kTicksPerWhole * meter->numerator / meter->denominator : 0;
}

Tick whole_ticks(Fraction length, const LineCursor& cursor) {
  const Fraction ticks = length * Fraction{kTicksPerWhole, 1};
  if (ticks.bottom != 1)
    cursor.error("a length of {}/{} whole notes, which is no whole number of ticks ({} a quarter)",
                 length.top, length.bottom, kTicksPerQuarter);
  return ticks.top;
}

}  // namespace toccata::notation::abc
