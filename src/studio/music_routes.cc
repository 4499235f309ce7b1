#include <atomic>
#include <cstdlib>
#include <filesystem>

#include "base/hash.h"
#include "listening/surprise.h"
#include "midi/smf_reader.h"
#include "midi/smf_writer.h"
#include "rendering/audio.h"
#include "rendering/piano_roll.h"
#include "rendering/picture.h"
#include "rendering/synthesizer.h"
#include "roll/to_score.h"
#include "studio/music.h"
#include "studio/routes.h"

namespace toccata::studio {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kMostMidi = std::size_t{16} << 20;
constexpr std::size_t kMostMusic = std::size_t{8} << 20;
constexpr double kLongestSound = 20 * 60;  // seconds

Json parsed(const Request& request) {
  try {
    return parse_json(request.body, "request");
  } catch (const Error& error) {
    throw Error(error.what(), ErrorKind::usage);
  }
}

std::string value(const Request& request, const std::string& key, std::string_view otherwise) {
  const auto found = request.query.find(key);
  return found == request.query.end() ? std::string(otherwise) : found->second.substr(0, 300);
}

// What music is read for where no model is named: the whole piano.
roll::Options read_options(const Request& request, Models& models) {
  const std::string model = value(request, "model", "");
  if (!model.empty()) return models.get(model)->config.roll;
  roll::Options piano;
  piano.low = 21;
  piano.high = 108;
  return piano;
}

Response read(const Request& request, Models& models, const OrderLimits& limits) {
  const std::string name = value(request, "name", "the file sent");
  const ReadMusic music =
      read_midi(request.body, name, read_options(request, models), limits.steps);
  OrderedJson json;
  json["name"] = name;
  json["tempo"] = music.tempo;
  json["music"] = to_json(music.roll);
  json["report"] = music.report;
  return json_response(json);
}

roll::Options wide_options(const Json& json) {
  roll::Options options;
  options.low = 0;
  options.high = 127;
  const Json grid = json.is_object() ? json.value("grid", Json(4)) : Json(4);
  options.grid = grid.is_number_integer() && grid >= 1 && grid <= 96 ? grid.get<int>() : 4;
  options.articulation = !(json.is_object() && json.value("articulation", Json(true)) == false);
  return options;
}

Response write_midi(const Request& request, const OrderLimits& limits) {
  const Json json = parsed(request);
  const Json music = json_get_or<Json>(json, "music", Json(), "request");
  const roll::Roll roll = roll_from_json(music, wide_options(music), limits.steps);
  const Json tempo = json.value("tempo", Json(120)), velocity = json.value("velocity", Json(80));
  if (!tempo.is_number() || !velocity.is_number_integer()) {
    fail_usage("expected numbers as \"tempo\" and \"velocity\"");
  }
  const midi::Score score = roll::to_score(
      roll,
      {.tempo = tempo.get<double>(),
       .velocity = static_cast<int>(std::clamp<std::int64_t>(velocity.get<std::int64_t>(), 0, 128)),
       .track_name = "Toccata"});
  return download(midi::write_smf(score), "audio/midi", "toccata.mid");
}

Response surprise(const Request& request, Models& models, const OrderLimits& limits) {
  const Json json = parsed(request);
  const auto model = models.get(json_get_or<std::string>(json, "model", "", "request"));
  const roll::Roll roll = roll_from_json(json_get_or<Json>(json, "music", Json(), "request"),
                                         model->config.roll, limits.steps);
  Progress silent;
  const Stop never;
  const listening::Surprise found =
      listening::surprise(*model, roll, "the music sent", 1, silent, never);
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

// A new name in the system's folder for temporary files, of this process alone.
fs::path temporary_path(std::string_view ending) {
  static std::atomic<unsigned> number{0};
  std::string folder = (fs::temp_directory_path() / "toccata-studio-XXXXXX").string();
  static const fs::path made = [&] {
    if (!::mkdtemp(folder.data())) fail("{}: cannot be made", folder);
    return fs::path(folder);
  }();
  return made / fmt::format("{}.{}", number++, ending);
}

}  // namespace

Response rendered(const midi::Score& score, std::string_view format, std::string_view stem,
                  const std::optional<fs::path>& soundfont) {
  const std::string name = fmt::format("{}.{}", stem, format);
  if (format == "svg" || format == "png") {
    const rendering::Picture picture = rendering::piano_roll(score, {}).picture;
    return download(format == "svg" ? rendering::to_svg(picture) : rendering::to_png(picture),
                    format == "svg" ? "image/svg+xml" : "image/png", name);
  }
  if (format != "flac" && format != "wav" && format != "ogg") {
    fail_usage("expected the form flac, wav, ogg, svg or png");
  }
  auto file = std::make_shared<SentFile>(temporary_path(format), true);
  rendering::AudioOptions options;
  options.synthesizer.soundfont = soundfont;
  options.longest_piece = kLongestSound;
  Progress silent;
  const Stop never;
  rendering::write_audio(score, file->path, options, silent, never);
  Response response = download({}, fmt::format("audio/{}", format), name);
  response.file = std::move(file);
  return response;
}

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
  routes.push_back(
      {"POST", "/api/render/{form}", kMostMusic, "audio/midi", Where::worker,
       [soundfont](const Request& request, const Parameters& parameters) {
         try {
           const auto file = midi::read_smf(
               {reinterpret_cast<const std::uint8_t*>(request.body.data()), request.body.size()},
               "the file sent");
           return rendered(file.scores.at(0), parameters[0], "toccata", soundfont);
         } catch (const Error& error) {
           return error_response(400, error.what());
         }
       }});
  routes.push_back({"GET", "/api/soundfont", 0, "", Where::worker,
                    [soundfont](const Request& request, const Parameters&) {
                      return soundfont_file(request, soundfont);
                    }});
  return routes;
}

}  // namespace toccata::studio
