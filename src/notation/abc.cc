#include "notation/abc.h"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "notation/abc_fields.h"
#include "notation/abc_music.h"
#include "notation/abc_text.h"
#include "notation/abc_voice.h"
#include "notation/tidy.h"

namespace toccata::notation {
namespace {

using abc::Element;
using abc::LineCursor;
using abc::Voice;
using abc::VoiceState;

class TuneReader {
 public:
  TuneReader(std::string_view where, const AbcOptions& options)
      : where_(where), options_(options) {}

  Score read(std::string_view text) {
    for (int line = 1; !text.empty(); ++line) {
      const std::size_t end = text.find('\n');
      std::string_view content = text.substr(0, end);
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
      if (!content.empty() && content.back() == '\r') content.remove_suffix(1);
      read_line(content, line);
    }
    if (!in_body_)
      fail("{}: not a tune in ABC notation: expected fields from X: to K:, found no K:", where_);
    return make_score();
  }

 private:
  void read_line(std::string_view content, int line) {
    if (content.empty() || content.front() == '%') return;
    LineCursor cursor(content, where_, line);
    if (cursor.peek(1) == ':' && std::isalpha(static_cast<unsigned char>(cursor.peek()))) {
      const char name = cursor.next();
      cursor.next();
      return field(name, cursor);
    }
    if (!in_body_) {
      if (content.find_first_not_of(" \t") == std::string_view::npos) return;
      cursor.error("expected a field such as T: or K: in the tune's header, found \"{}\"",
                   content.substr(0, 20));
    }
    while (const auto voice = abc::read_music(cursor, state(), current()))
      choose_voice(LineCursor(*voice, where_, line, cursor.place().column));
  }

  void field(char name, LineCursor& cursor) {
    const std::size_t comment = cursor.rest().find('%');
    LineCursor value(cursor.rest().substr(0, comment), where_, cursor.place().line,
                     cursor.place().column);
    value.skip_blanks();
    if (name == 'X') {
      if (seen_number_) value.error("a second tune: one tune per file is read");
      seen_number_ = true;
      return;
    }
    if (name == 'V') return choose_voice(value);
    if (in_body_) return abc::apply_field(name, value, state(), current());
    header_field(name, value);
  }

  void header_field(char name, LineCursor& value) {
    switch (name) {
      case 'T':
      case 'C':
        texts_.push_back({0, 1, std::string(value.rest())});
        break;
      case 'm':
      case 'U':
        value.error("macros and user symbols are not read");
      case 'M':
        start_.meter = abc::read_meter(value);
        meter_given_ = true;
        break;
      case 'L':
        unit_ = abc::read_length(value);
        break;
      case 'Q':
        tempo_field_ = value;
        break;
      case 'K': {
        start_.key = abc::read_key(value);
        start_.unit = unit_.value_or(abc::default_length(start_.meter));
        if (tempo_field_) tempo_ = abc::read_tempo(*tempo_field_, start_.unit);
        in_body_ = true;
        for (VoiceState& state : states_) state = start_;
        for (Voice& voice : voices_) begin(voice);
        break;
      }
      default:
        break;
    }
  }

  /// What the header says stands at the head of every voice.
  void begin(Voice& voice) {
    Element element;
    element.changes_meter = meter_given_;
    element.meter = start_.meter;
    element.key = KeyChange{0, start_.key.sharps, start_.key.minor};
    element.tempo = tempo_;
    voice.elements.push_back(std::move(element));
  }

  /// V:ID, with properties name="…", octave=N, transpose=N; others are passed over.
  void choose_voice(LineCursor cursor) {
    cursor.skip_blanks();
    std::string id;
    while (!cursor.at_end() && cursor.peek() != ' ') id.push_back(cursor.next());
    if (id.empty()) cursor.error("a V: field without a voice's name");
    const auto found = std::find_if(voices_.begin(), voices_.end(),
                                    [&id](const Voice& voice) { return voice.id == id; });
    current_ = static_cast<std::size_t>(found - voices_.begin());
    if (found == voices_.end()) add_voice(id);
    voice_properties(cursor, voices_[current_]);
  }

  void voice_properties(LineCursor& cursor, Voice& voice) {
    for (cursor.skip_blanks(); !cursor.at_end(); cursor.skip_blanks()) {
      std::string property;
      while (!cursor.at_end() && cursor.peek() != '=' && cursor.peek() != ' ')
        property.push_back(cursor.next());
      if (!cursor.accept('=')) continue;
      std::string value;
      if (cursor.accept('"'))
        value = cursor.until('"');
      else
        while (!cursor.at_end() && cursor.peek() != ' ') value.push_back(cursor.next());
      if (property == "name" || property == "nm") voice.name = value;
      if (property == "octave") voice.transpose += 12 * small_number(value, cursor);
      if (property == "transpose") voice.transpose += small_number(value, cursor);
    }
  }

  static int small_number(const std::string& text, const LineCursor& cursor) {
    const bool negative = text.starts_with('-');
    const std::string digits = text.substr(negative || text.starts_with('+') ? 1 : 0);
    if (digits.empty() || digits.size() > 2 ||
        digits.find_first_not_of("0123456789") != std::string::npos)
      cursor.error("expected a number such as -1, found \"{}\"", text);
    return negative ? -std::stoi(digits) : std::stoi(digits);
  }

  void add_voice(const std::string& id) {
    Voice voice;
    voice.id = id;
    if (in_body_) begin(voice);
    voices_.push_back(std::move(voice));
    states_.push_back(start_);
  }

  Voice& current() {
    if (voices_.empty()) add_voice("1");
    return voices_[current_];
  }
  VoiceState& state() {
    current();
    return states_[current_];
  }

  Score make_score() {
    Score score;
    score.ticks_per_quarter = abc::kTicksPerQuarter;
    current();
    std::size_t number = 0;
    for (const Voice& voice : voices_) {
      const std::vector<const Element*> played = abc::unfold(voice);
      if (options_.full_bars) abc::check_bars(played, where_);
      // The channels in turn, but for the drums'.
      const auto channel = number % 15;
      Track track;
      track.name = voice.name;
      track.notes = abc::sounding_notes(
          played, static_cast<std::uint8_t>(channel < kDrumChannel ? channel : channel + 1),
          where_);
      if (number == 0) track.texts = texts_;
      score.tracks.push_back(std::move(track));
      const Tick end = add_changes(played, score);
      if (options_.full_bars && number > 0 && end != score.end)
        fail("{}: voice {} lasts {} ticks, but the voices before it last {}", where_, voice.id, end,
             score.end);
      score.end = std::max(score.end, end);
      ++number;
    }
    tidy(score.tempos);
    tidy(score.meters);
    tidy(score.keys);
    return score;
  }

  /// Gives the voice's changes to the Score's maps; returns where the voice ends.
  static Tick add_changes(const std::vector<const Element*>& played, Score& score) {
    const Tick upbeat = abc::upbeat(played);
    Tick now = 0;
    for (const Element* element : played) {
      if (element->tempo) score.tempos.push_back({now, *element->tempo});
      if (element->key) score.keys.push_back({now, element->key->sharps, element->key->minor});
      if (element->meter) {
        MeterChange meter = *element->meter;
        if (now == 0 && upbeat > 0) {
          score.meters.push_back({0, meter.numerator, meter.denominator});
          shorten(score.meters.back(), upbeat);
          meter.tick = upbeat;
        } else {
          meter.tick = now;
        }
        score.meters.push_back(meter);
      }
      now += element->length;
    }
    return now;
  }

  /// A meter whose bar is `length` ticks, in the given meter's units or smaller ones; left as it is
  /// where there is none.
  static void shorten(MeterChange& meter, Tick length) {
    for (int denominator = meter.denominator; denominator <= 256; denominator *= 2) {
      const Tick unit = abc::kTicksPerWhole / denominator;
      if (abc::kTicksPerWhole % denominator != 0 || length % unit != 0) continue;
      meter.numerator = static_cast<int>(length / unit);
      meter.denominator = denominator;
      return;
    }
  }

  std::string_view where_;
  const AbcOptions& options_;
  bool in_body_ = false, seen_number_ = false, meter_given_ = false;
  VoiceState start_;
  std::optional<abc::Fraction> unit_;
  std::optional<LineCursor> tempo_field_;  // read when the unit length is known
  std::optional<std::uint32_t> tempo_;
  std::vector<Text> texts_;
  std::deque<Voice> voices_;
  std::deque<VoiceState> states_;
  std::size_t current_ = 0;
};

}  // namespace

Score read_abc(std::string_view text, std::string_view where, const AbcOptions& options) {
  if (text.size() > kMostText)
    fail(
        "{}: this tune has {} bytes of text; a tune may have at most {}. Split a file of many "
        "tunes",
        where, text.size(), kMostText);
  return TuneReader(where, options).read(text);
}

}  // namespace toccata::notation
