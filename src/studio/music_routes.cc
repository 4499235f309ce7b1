#include <atomic>
#include <cstdlib>
#include <filesystem>

#include "base/files.h"
#include "base/hash.h"
#include "base/text.h"
#include "listening/surprise.h"
#include "music/to_score.h"
#include "notation/smf_reader.h"
#include "notation/smf_writer.h"
#include "notation/tempo_map.h"
#include "rendering/audio.h"
#include "rendering/piano_roll.h"
#include "rendering/picture.h"
#include "rendering/synthesizer.h"
#include "studio/music.h"
#include "studio/routes.h"

namespace toccata::studio {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kMostMidi = std::size_t{16} << 20;
constexpr std::size_t kMostMusic = std::size_t{8} << 20;
constexpr double kLongestSound = 20 * 60;  // seconds
constexpr int kMostSounds = 8;             // files of sound at a time, each of up to 200 MB

Json parsed(const Request& request) {
  try {
    Json json = parse_json(request.body, "request");
    if (!json.is_object()) fail("request: expected an object, found {}", json_type(json));
    return json;
  } catch (const Error& error) {
    throw Error(error.what(), ErrorKind::usage);
  }
}

const Json& music_of(const Json& json) {
  const auto music = json.find("music");
  if (music == json.end()) fail_usage("request: \"music\" is missing");
  return *music;
}

std::string value(const Request& request, const std::string& key, std::string_view otherwise) {
  const auto found = request.query.find(key);
  return found == request.query.end() ? std::string(otherwise) : found->second.substr(0, 300);
}

// What was worked out until the client left is of no use to anyone.
void check_still_wanted(const Request& request) {
  if (request.gone->requested()) fail_usage("the client left before its answer");
}

// What music is read for where no model is named: the whole piano.
music::Options read_options(const Request& request, Models& models) {
  const std::string model = value(request, "model", "");
  if (!model.empty()) return models.get(model)->config.roll;
  music::Options piano;
  piano.low = 21;
  piano.high = 108;
  return piano;
}

Response read(const Request& request, Models& models, const OrderLimits& limits) {
  const std::string name = value(request, "name", "the file sent");
  ReadAs as;
  as.given = value(request, "given", "") == "1";
  if (const std::string track = value(request, "track", ""); !track.empty()) {
    as.track = parse_number<int>(track).value_or(0);
    if (as.track < 1) fail_usage("track: expected a number from 1 on, found \"{}\"", track);
  }
  const ReadMusic music =
      read_midi(request.body, name, read_options(request, models), limits.steps, as);
  OrderedJson json;
  json["name"] = name;
  json["tempo"] = music.tempo;
  json["music"] = to_json(music.roll);
  json["report"] = music.report;
  json["tracks"] = music.tracks;
  return json_response(json);
}

music::Options wide_options(const Json& json) {
  music::Options options;
  options.low = 0;
  options.high = 127;
  const Json grid = json.is_object() ? json.value("grid", Json(4)) : Json(4);
  options.grid = grid.is_number_integer() && grid >= 1 && grid <= 96 ? grid.get<int>() : 4;
  options.articulation = !(json.is_object() && json.value("articulation", Json(true)) == false);
  return options;
}

Response write_midi(const Request& request, const OrderLimits& limits) {
  const Json json = parsed(request);
  const Json& music = music_of(json);
  const music::Roll roll = roll_from_json(music, wide_options(music), limits.steps);
  const Json tempo = json.value("tempo", Json(120)), velocity = json.value("velocity", Json(80));
  if (!tempo.is_number() || !velocity.is_number_integer()) {
    fail_usage("expected numbers as \"tempo\" and \"velocity\"");
  }
  const notation::Score score = music::to_score(
      roll,
      {.tempo = tempo.get<double>(),
       .velocity = static_cast<int>(std::clamp<std::int64_t>(velocity.get<std::int64_t>(), 0, 128)),
       .track_name = "Toccata"});
  return download(notation::write_smf(score), "audio/midi", "toccata.mid");
}

Response surprise(const Request& request, Models& models, const OrderLimits& limits) {
  const Json json = parsed(request);
  const auto model = models.get(text_member(json, "model"));
  const music::Roll roll = roll_from_json(music_of(json), model->config.roll, limits.steps);
  Progress silent;
  const listening::Surprise found =
      listening::surprise(*model, roll, "the music sent", 1, silent, *request.gone);
  check_still_wanted(request);
  OrderedJson notes = OrderedJson::array();
  for (const listening::NoteSurprise& each : listening::note_surprises(roll, found)) {
    notes.push_back(
        {each.note.onset, each.note.length, each.note.pitch, each.onset_nats, each.held_nats});
  }
  OrderedJson steps = OrderedJson::array();
  for (int t = 0; t < roll.steps; ++t) steps.push_back(found.of_step(t));
  return json_response({{"nats", found.nats},
                        {"nats_per_step", roll.steps ? -found.nats / roll.steps : 0},
                        {"notes", std::move(notes)},
                        {"steps", std::move(steps)}});
}

Response soundfont_file(const Request& request, const std::optional<fs::path>& asked) {
  const fs::path path = rendering::find_soundfont(asked);
  const std::string tag = fmt::format(
      "\"{}\"", hash_hex(fmt::format("{} {}", fs::file_size(path),
                                     fs::last_write_time(path).time_since_epoch().count())));
  Response response;
  response.headers.emplace_back("ETag", tag);
  response.headers.emplace_back("Cache-Control", "no-cache");
  if (request.if_none_match == tag) {
    response.status = 304;
    response.content_type.clear();
    return response;
  }
  response.content_type = "application/octet-stream";
  response.file = std::make_shared<SentFile>(path);
  return response;
}

notation::Score read_score(const std::string& body) {
  try {
    const auto file = notation::read_smf(
        {reinterpret_cast<const std::uint8_t*>(body.data()), body.size()}, "the file sent");
    return file.scores.at(0);
  } catch (const Error& error) {
    throw Error(error.what(), ErrorKind::usage);  // whatever is wrong, it is what was sent
  }
}

// A folder for files of sound on their way to clients, gone with the program.
class SoundFolder {
 public:
  SoundFolder() = default;
  ~SoundFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  SoundFolder(const SoundFolder&) = delete;
  SoundFolder& operator=(const SoundFolder&) = delete;

  fs::path next(std::string_view ending) { return path_ / fmt::format("{}.{}", number_++, ending); }

  /// Holds one of the few places until it is dropped; null where all are taken.
  static std::shared_ptr<void> place(const std::shared_ptr<SoundFolder>& folder) {
    if (folder->under_way_.fetch_add(1) < kMostSounds) {
      return {folder.get(), [folder](SoundFolder* own) { --own->under_way_; }};
    }
    --folder->under_way_;
    return nullptr;
  }

 private:
  const fs::path path_ = make_temporary_folder("toccata-studio-");
  std::atomic<unsigned> number_{0};
  std::atomic<int> under_way_{0};
};

// A MIDI file as sound or picture, as `toccata render` makes it.
Response render(const Request& request, const std::string& format,
                const std::optional<fs::path>& soundfont,
                const std::shared_ptr<SoundFolder>& folder) {
  const notation::Score score = read_score(request.body);
  const std::string name = "toccata." + format;
  if (format == "svg" || format == "png") {
    const rendering::Picture picture = rendering::piano_roll(score, {}).picture;
    return download(format == "svg" ? rendering::to_svg(picture) : rendering::to_png(picture),
                    format == "svg" ? "image/svg+xml" : "image/png", name);
  }
  if (format != "flac" && format != "wav" && format != "ogg") {
    fail_usage("expected the form flac, wav, ogg, svg or png");
  }
  const double seconds = notation::TempoMap(score).seconds(score.end);
  if (!(seconds <= kLongestSound)) {
    fail_usage("the file sent lasts {:.0f} minutes; sound of up to {:.0f} is made here",
               seconds / 60, kLongestSound / 60);
  }
  auto place = SoundFolder::place(folder);
  if (!place)
    return error_response(503, "the studio already makes much sound; try again in a few seconds",
                          5);
  auto file = std::make_shared<SentFile>(folder->next(format), true, std::move(place));
  rendering::AudioOptions options;
  options.synthesizer.soundfont = soundfont;
  options.longest_piece = kLongestSound;
  Progress silent;
  rendering::write_audio(score, file->path, options, silent, *request.gone);
  Response response = download({}, "audio/" + format, name);
  response.file = std::move(file);
  return response;
}

}  // namespace

std::vector<Route> music_routes(Models& models, const OrderLimits& limits,
                                std::optional<fs::path> soundfont) {
  std::vector<Route> routes;
  routes.push_back({"POST", "/api/read", kMostMidi, "audio/midi", Where::worker,
                    [&models, limits](const Request& request, const Parameters&) {
                      return read(request, models, limits);
                    }});
  routes.push_back({"POST", "/api/midi", kMostMusic, "application/json", Where::worker,
                    [limits](const Request& request, const Parameters&) {
                      return write_midi(request, limits);
                    }});
  routes.push_back({"POST", "/api/surprise", kMostMusic, "application/json", Where::worker,
                    [&models, limits](const Request& request, const Parameters&) {
                      return surprise(request, models, limits);
                    }});
  routes.push_back({"POST", "/api/render/{form}", kMostMusic, "audio/midi", Where::worker,
                    [soundfont, folder = std::make_shared<SoundFolder>()](
                        const Request& request, const Parameters& parameters) {
                      return render(request, parameters[0], soundfont, folder);
                    }});
  routes.push_back({"GET", "/api/soundfont", 0, "", Where::worker,
                    [soundfont](const Request& request, const Parameters&) {
                      return soundfont_file(request, soundfont);
                    }});
  return routes;
}

}  // namespace toccata::studio
