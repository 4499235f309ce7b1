#include "studio/request_order.h"

#include <utility>

#include "composing/music_hash.h"
#include "composing/voice.h"
#include "studio/music.h"
#include "studio/order_json.h"

namespace toccata::studio {
namespace {

using composing::GivenFile;
using composing::Request;

constexpr std::size_t kMostPinned = 4096;
constexpr std::size_t kLongestChords = 4000;  // bytes of a chord track in words
constexpr int kMostBars = 100000;

// One of a few words.
template <Worded Enum>
Enum word(const Json& json, std::string_view key) {
  const std::string found = text(json, key, to_word(Enum{}));
  if (const auto value = from_word<Enum>(found)) return *value;
  fail_usage("order: \"{}\": expected {}, found \"{}\"", key, listed(word_texts<Enum>()), found);
}

music::Roll music_of(const Json& json, const music::Options& read, int most_steps) {
  const auto found = json.find("music");
  if (found == json.end()) fail_usage("order: \"music\" is missing");
  return roll_from_json(*found, read, most_steps);
}

GivenFile named(const Json& json, const music::Roll& music) {
  return {text(json, "name", "the page's piece"), composing::music_hash(music)};
}

composing::Region read_region(const Json& json, const music::Roll& piece) {
  if (piece.steps == 0) fail_usage("order: the piece to rework is empty");
  composing::Region region{whole<int>(json, "from", 0, 0, piece.steps - 1),
                           whole<int>(json, "to", piece.steps, 1, piece.steps),
                           whole<int>(json, "low", piece.low, 0, 127),
                           whole<int>(json, "high", piece.high, 0, 127)};
  const auto pinned = json.find("pinned");
  if (pinned == json.end()) return region;
  if (!pinned->is_array() || pinned->size() > kMostPinned) {
    fail_usage("order: \"pinned\" is no list of up to {} notes", kMostPinned);
  }
  const auto fits = [](const Json& value, int most) {
    return value.is_number_unsigned() && value.get<std::uint64_t>() < static_cast<unsigned>(most);
  };
  for (const Json& note : *pinned) {
    if (!note.is_array() || note.size() != 2 || !fits(note[0], piece.steps) ||
        !fits(note[1], 128)) {
      fail_usage("order: \"pinned\": expected pairs of onset and pitch");
    }
    region.pinned.emplace_back(note[0].get<int>(), note[1].get<int>());
  }
  return region;
}

void read_infill(const Json& json, const music::Options& read, int most_steps, Request& request,
                 OrderMusic& music) {
  refuse_unknown(json, {"music", "name", "bars", "from", "to", "low", "high", "pinned"});
  music.infill = music_of(json, read, most_steps);
  request.infill = named(json, *music.infill);
  request.bars = text(json, "bars", "");
  if (request.bars.empty()) {
    request.region = read_region(json, *music.infill);
    return;
  }
  for (const char* key : {"from", "to", "low", "high", "pinned"}) {
    if (json.contains(key)) fail_usage("order: \"bars\" and \"{}\" exclude each other", key);
  }
}

void read_melody(const Json& json, const music::Options& read, int most_steps, Request& request,
                 OrderMusic& music) {
  using composing::Voice;
  refuse_unknown(json, {"music", "name", "voice", "track"});
  request.voice = word<Voice>(json, "voice");
  request.track = whole<int>(json, "track", 1, 1, 65535);
  music.melody = composing::voice_of(music_of(json, read, most_steps), request.voice);
  request.melody = named(json, *music.melody);
}

void read_chord_file(const Json& json, const music::Options& read, int most_steps, Request& request,
                     OrderMusic& music) {
  refuse_unknown(json, {"music", "name"});
  music::Options wide = read;
  wide.low = 0;
  wide.high = 127;
  music.chord_file = music_of(json, wide, most_steps);
  request.chord_file = named(json, *music.chord_file);
}

}  // namespace

Request read_request(const Json& json, const music::Options& read, int most_steps,
                     OrderMusic& music) {
  using composing::ChordTones;
  Request request;
  if (json.contains("infill")) read_infill(json["infill"], read, most_steps, request, music);
  if (json.contains("melody")) read_melody(json["melody"], read, most_steps, request, music);
  request.key = text(json, "key", "");
  request.scale = text(json, "scale", "");
  request.range = text(json, "range", "");
  request.most_notes = whole<int>(json, "most_notes", 0, 0, 128);
  request.fewest_notes = whole<int>(json, "fewest_notes", 0, 0, 128);
  request.longest_silence = text(json, "longest_silence", "");
  request.repeat_gap = text(json, "repeat_gap", "");
  request.chords = text(json, "chords", "", kLongestChords);
  if (json.contains("chord_file")) {
    read_chord_file(json["chord_file"], read, most_steps, request, music);
  }
  request.chord_tones = word<ChordTones>(json, "chord_tones");
  request.ending = text(json, "ending", "");
  request.ending_bars = whole<int>(json, "ending_bars", 1, 1, kMostBars);
  composing::check(request);
  return request;
}

composing::Taste read_taste(const Json& json) {
  composing::Taste taste;
  taste.temperature = number(json, "temperature", 1);
  taste.articulate_temperature = number(json, "articulate_temperature", taste.temperature);
  taste.density = number(json, "density", 1);
  const auto found = json.find("conservativity");
  taste.adaptive = found != json.end() && *found == "adaptive";
  if (!taste.adaptive) taste.conservativity = number(json, "conservativity", 1);
  composing::check(taste);
  return taste;
}

}  // namespace toccata::studio
