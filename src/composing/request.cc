#include "composing/request.h"

#include <utility>

#include "base/error.h"
#include "composing/harmony.h"
#include "composing/music_hash.h"

namespace toccata::composing {
namespace {

template <Worded Enum>
Enum named(const std::string& text, std::string_view where) {
  if (const auto value = from_word<Enum>(text)) return *value;
  fail("{}: \"{}\" is unknown to this program", where, text);
}

OrderedJson file_json(const GivenFile& file) {
  return {{"path", file.path}, {"hash", file.hash}};
}

std::optional<GivenFile> file_from(const Json& json, const char* key, std::string_view where) {
  if (!json.contains(key)) return std::nullopt;
  const Json& file = json[key];
  return GivenFile{json_get<std::string>(file, "path", where),
                   json_get<std::string>(file, "hash", where)};
}

OrderedJson region_json(const Region& region) {
  OrderedJson json = {
      {"from", region.from}, {"to", region.to}, {"low", region.low}, {"high", region.high}};
  if (!region.pinned.empty()) json["pinned"] = region.pinned;
  return json;
}

std::optional<Region> region_from(const Json& json, std::string_view where) {
  if (!json.contains("region")) return std::nullopt;
  const Json& region = json["region"];
  return Region{json_get<int>(region, "from", where), json_get<int>(region, "to", where),
                json_get<int>(region, "low", where), json_get<int>(region, "high", where),
                json_get_or<std::vector<std::pair<int, int>>>(region, "pinned", {}, where)};
}

void check(const Region& region) {
  if (region.from < 0 || region.from >= region.to || region.low < 0 || region.high > 127 ||
      region.low > region.high) {
    fail_usage(
        "region: expected steps and pitches in ascending order, found steps {} to {}, pitches {} "
        "to {}",
        region.from, region.to, region.low, region.high);
  }
}

void check_one(const std::optional<GivenFile>& file, const music::Roll* music, const char* what) {
  if (file && !music) fail("the piece was made from {} as {}: name that file", file->path, what);
  if (!file && music) fail("no {} was asked for, and one is given", what);
  if (!file || file->hash.empty() || file->hash == music_hash(*music)) return;
  fail(
      "the piece was made from {} as {}, with the music {}; what is there now has the music {}: "
      "find the file as it was",
      file->path, what, file->hash, music_hash(*music));
}

}  // namespace

void check(const Request& request) {
  if (request.infill && request.melody) {
    fail_usage(
        "infill and melody exclude each other: either bars are filled or a melody is "
        "harmonised");
  }
  if (request.infill && request.bars.empty() && !request.region) {
    fail_usage("infill: say which bars to compose anew, such as --bars 9-12");
  }
  if (!request.infill && (!request.bars.empty() || request.region)) {
    fail_usage("bars: there is no piece to fill them in; --infill FILE names it");
  }
  if (!request.bars.empty() && request.region) {
    fail_usage("infill: either bars or a region, not both");
  }
  if (request.region) check(*request.region);
  if (!request.bars.empty()) parse_bars(request.bars);
  if (request.track < 1) fail_usage("voice: tracks are counted from 1, found {}", request.track);
  if (!request.key.empty() && !request.scale.empty()) {
    fail_usage(
        "key and scale exclude each other: a scale is exact, a key has the minor's raised "
        "notes too");
  }
  if (!request.key.empty()) parse_key(request.key);
  if (!request.scale.empty()) parse_scale(request.scale);
  if (!request.range.empty()) parse_range(request.range);
  if (request.most_notes < 0 || request.fewest_notes < 0 || request.most_notes > 128 ||
      request.fewest_notes > 128) {
    fail_usage("most and fewest notes: expected 0 to 128, found {} and {}", request.most_notes,
               request.fewest_notes);
  }
  if (request.most_notes && request.fewest_notes > request.most_notes) {
    fail_usage("at least {} and at most {} sounding notes contradict each other",
               request.fewest_notes, request.most_notes);
  }
  if (!request.longest_silence.empty()) parse_note_value(request.longest_silence);
  if (!request.repeat_gap.empty()) parse_note_value(request.repeat_gap);
  if (!request.chords.empty() && request.chord_file) {
    fail_usage("chords: either names or a file, not both");
  }
  if (!request.chords.empty()) parse_chords(request.chords);
  if (request.ending_bars < 1) {
    fail_usage("ending: expected one bar or more, found {}", request.ending_bars);
  }
  if (request.ending == "tonic" && request.key.empty()) {
    fail_usage("ending: the tonic of which key? --key names it, or --ending a chord");
  }
  if (!request.ending.empty() && request.ending != "tonic") parse_chord(request.ending);
}

void check_music(const Request& request, const RequestMusic& music) {
  check_one(request.infill, music.infill, "the piece to fill");
  check_one(request.melody, music.melody, "melody");
  check_one(request.chord_file, music.chord_file, "chord track");
}

OrderedJson to_json(const Request& request) {
  const Request none;
  OrderedJson json = OrderedJson::object();
  if (request.infill) json["infill"] = file_json(*request.infill);
  if (!request.bars.empty()) json["bars"] = request.bars;
  if (request.region) json["region"] = region_json(*request.region);
  if (request.melody) {
    json["melody"] = file_json(*request.melody);
    json["voice"] = to_word(request.voice);
    if (request.voice == Voice::track) json["track"] = request.track;
  }
  const auto put = [&](const char* key, const auto& value, const auto& otherwise) {
    if (value != otherwise) json[key] = value;
  };
  put("key", request.key, none.key);
  put("scale", request.scale, none.scale);
  put("range", request.range, none.range);
  put("most_notes", request.most_notes, none.most_notes);
  put("fewest_notes", request.fewest_notes, none.fewest_notes);
  put("longest_silence", request.longest_silence, none.longest_silence);
  put("repeat_gap", request.repeat_gap, none.repeat_gap);
  put("chords", request.chords, none.chords);
  if (request.chord_file) json["chord_file"] = file_json(*request.chord_file);
  if (request.chord_tones != none.chord_tones) json["chord_tones"] = to_word(request.chord_tones);
  put("ending", request.ending, none.ending);
  put("ending_bars", request.ending_bars, none.ending_bars);
  return json;
}

Request request_from_json(const Json& json, std::string_view where) {
  Request request;
  const auto text = [&](const char* key) { return json_get_or<std::string>(json, key, "", where); };
  request.infill = file_from(json, "infill", where);
  request.bars = text("bars");
  request.region = region_from(json, where);
  request.melody = file_from(json, "melody", where);
  request.voice = named<Voice>(json_get_or<std::string>(json, "voice", "top", where), where);
  request.track = json_get_or<int>(json, "track", request.track, where);
  request.key = text("key");
  request.scale = text("scale");
  request.range = text("range");
  request.most_notes = json_get_or<int>(json, "most_notes", 0, where);
  request.fewest_notes = json_get_or<int>(json, "fewest_notes", 0, where);
  request.longest_silence = text("longest_silence");
  request.repeat_gap = text("repeat_gap");
  request.chords = text("chords");
  request.chord_file = file_from(json, "chord_file", where);
  request.chord_tones =
      named<ChordTones>(json_get_or<std::string>(json, "chord_tones", "all", where), where);
  request.ending = text("ending");
  request.ending_bars = json_get_or<int>(json, "ending_bars", request.ending_bars, where);
  return request;
}

}  // namespace toccata::composing
