#include "studio/music.h"

#include <cmath>

#include "base/text.h"
#include "corpus/report.h"
#include "listening/notes.h"
#include "music/bars.h"
#include "music/from_score.h"
#include "music/on_beats.h"
#include "music/read_beats.h"
#include "notation/smf_reader.h"

namespace toccata::studio {
namespace {

constexpr std::string_view kWhere = "music";
constexpr std::size_t kMostMeters = 4096;
constexpr double kLastMeter = 1 << 24;  // steps

// A member as a whole number within bounds.
int whole(const Json& value, int least, int most, std::string_view what) {
  const bool fits = value.is_number_integer() && value.get<std::int64_t>() >= least &&
                    value.get<std::int64_t>() <= most;
  if (!fits) fail_usage("music: {}: expected a whole number from {} to {}", what, least, most);
  return value.get<int>();
}

const Json& list(const Json& json, const char* key, std::size_t most) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_array() || found->size() > most) {
    fail_usage("music: \"{}\": expected a list of up to {}", key, most);
  }
  return *found;
}

const Json& triple(const Json& value, std::string_view what) {
  if (!value.is_array() || value.size() != 3) fail_usage("music: {}: expected three numbers", what);
  return value;
}

void check_same(const Json& json, const char* key, int wanted) {
  if (json.value(key, wanted) == wanted) return;
  fail_usage("music: \"{}\" is {}, and the model reads {}: read the MIDI file for this model", key,
             json.value(key, wanted), wanted);
}

// A file's last meters may stand after its last note.
std::vector<music::MeterAt> meters_from(const Json& json) {
  std::vector<music::MeterAt> meters;
  for (const Json& value : list(json, "meters", kMostMeters)) {
    const Json& meter = triple(value, "a meter");
    if (!meter[0].is_number() || !(std::abs(meter[0].get<double>()) <= kLastMeter)) {
      fail_usage("music: a meter begins at a step, found {}", meter[0].dump().substr(0, 40));
    }
    meters.push_back({meter[0].get<double>(), whole(meter[1], 1, 255, "a meter's numerator"),
                      whole(meter[2], 1, 1 << 15, "a meter's denominator")});
  }
  return meters;
}

// Leaves one track in the score.
void keep_track(notation::Score& score, int track, std::string_view name) {
  std::erase_if(score.tracks, [](const notation::Track& one) { return one.notes.empty(); });
  if (static_cast<std::size_t>(track) > score.tracks.size())
    fail_usage("{}: track {}: it has {} with notes", name, track,
               counted(score.tracks.size(), "track"));
  score.tracks = {std::move(score.tracks[static_cast<std::size_t>(track - 1)])};
}

}  // namespace

OrderedJson to_json(const music::Roll& roll) {
  OrderedJson json;
  json["grid"] = roll.grid;
  json["low"] = roll.low;
  json["high"] = roll.high;
  json["articulation"] = roll.articulation;
  json["steps"] = roll.steps;
  json["meters"] = OrderedJson::array();
  for (const music::MeterAt& meter : roll.meters) {
    json["meters"].push_back({meter.step, meter.numerator, meter.denominator});
  }
  json["bars"] = roll.steps > 0 ? listening::bar_lines(roll) : std::vector<int>{};
  json["first_bar"] = music::Bars(roll.meters, roll.grid).at(0).number;
  json["notes"] = OrderedJson::array();
  for (const listening::RollNote& note : listening::notes_of(roll)) {
    json["notes"].push_back({note.onset, note.length, note.pitch});
  }
  return json;
}

music::Roll roll_from_json(const Json& json, const music::Options& read, int most_steps) {
  try {
    if (!json.is_object()) fail_usage("music: expected an object, found {}", json_type(json));
    const int steps = whole(json_get<Json>(json, "steps", kWhere), 0, most_steps, "\"steps\"");
    check_same(json, "grid", read.grid);
    music::Roll roll = music::make_roll(steps, read.low, read.high, read.grid, read.articulation,
                                        meters_from(json));
    for (const Json& value : list(json, "notes", roll.cells.size())) {
      const Json& note = triple(value, "a note");
      const int onset = whole(note[0], 0, steps - 1, "a note's onset");
      const int length = whole(note[1], 1, steps - onset, "a note's length");
      const int pitch = whole(note[2], read.low, read.high, "a note's pitch, for this model");
      for (int t = onset; t < onset + length; ++t) {
        std::uint8_t& cell = roll.frame(t)[pitch - read.low];
        if (t == onset && read.articulation) {
          cell = music::kPlay | music::kArticulate;
        } else {
          cell |= music::kPlay;
        }
      }
    }
    return roll;
  } catch (const Error& error) {
    throw Error(error.what(), ErrorKind::usage);  // whatever is wrong, it is what was sent
  }
}

ReadMusic read_midi(std::string_view bytes, std::string_view name, music::Options read,
                    int most_steps, const ReadAs& as) {
  try {
    if (as.given) read = tasks::options_for(read, tasks::Use::infill, {});
    notation::ReadResult file = notation::read_smf(
        {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, name);
    if (file.scores.size() != 1) {
      fail("{}: expected one piece, found {} (a file of type 2)", name, file.scores.size());
    }
    notation::Score& score = file.scores.front();
    ReadMusic music;
    music.tracks = OrderedJson::array();
    for (const notation::Track& track : score.tracks) {
      if (track.notes.empty()) continue;
      music.tracks.push_back({{"name", track.name}, {"notes", track.notes.size()}});
    }
    if (!score.tempos.empty()) music.tempo = 6e7 / score.tempos.front().microseconds_per_quarter;
    if (const music::ReadBeats beats = music::beats_to_read(score, read.beats); beats.used) {
      score = music::on_beats(score, beats.found).score;
      music.tempo = beats.found.tempo * (beats.found.subdivision == 3 ? 1.5 : 1);
      music.report["beats"] = corpus::to_json(beats);
    }
    if (as.track > 0) keep_track(score, as.track, name);
    music::ReadRoll laid = music::from_score(score, read, name);
    if (laid.roll.steps > most_steps) {
      fail("{}: has {} steps, and a piece may have up to {} here", name, laid.roll.steps,
           most_steps);
    }
    if (laid.statistics.notes_kept == 0) fail("{}: there are no notes in it", name);
    music.roll = std::move(laid.roll);
    music.report["repairs"] = OrderedJson::array();
    for (const notation::Repair& repair : file.repairs) {
      music.report["repairs"].push_back({{"byte", repair.byte}, {"reason", repair.reason}});
    }
    music.report["repair_count"] = file.repair_count;
    music.report["notes_read"] = laid.statistics.notes_read;
    music.report["notes_kept"] = laid.statistics.notes_kept;
    music.report["merged"] = laid.statistics.merged;
    music.report["folded"] = laid.statistics.folded;
    music.report["drums"] = laid.statistics.drums;
    music.report["moved"] = laid.statistics.moved;
    music.report["suggested_grid"] = laid.statistics.fit.suggested();
    return music;
  } catch (const Error& error) {
    throw Error(error.what(), ErrorKind::usage);
  }
}

}  // namespace toccata::studio
