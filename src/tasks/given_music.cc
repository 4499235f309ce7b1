#include "tasks/given_music.h"

#include <filesystem>

#include "base/error.h"
#include "base/files.h"
#include "base/text.h"
#include "composing/voice.h"
#include "music/bars.h"
#include "music/excerpt.h"
#include "music/from_score.h"
#include "notation/abc.h"
#include "notation/smf_reader.h"

namespace toccata::tasks {
namespace {
namespace fs = std::filesystem;
using composing::GivenFile;
using composing::Order;

bool is_midi(const std::string& path) {
  const std::string end = lower_case(fs::path(path).extension().string());
  return end == ".mid" || end == ".midi" || end == ".kar";
}

network::Config config_for(network::Config config, const ReadAs& as) {
  config.roll = options_for(config.roll, as);
  return config;
}

music::Roll read_piece(const network::Config& config, const std::string& path, const char* what,
                       Progress& progress, const Stop& stop) {
  if (!fs::is_regular_file(path)) fail("{}: expected a file: {}", path, what);
  corpus::Corpus corpus = read_for(config, {path}, 1, progress, stop);
  if (corpus.pieces.size() != 1)
    fail("{}: expected one piece, {}; found {}", path, what, corpus.pieces.size());
  return std::move(corpus.pieces.front().roll);
}

music::Roll read_track(const network::Config& config, const std::string& path, int track) {
  if (!fs::is_regular_file(path))
    fail("{}: expected a MIDI file with the track to harmonise", path);
  if (!is_midi(path))
    fail_usage("{}: tracks are MIDI's; --voice top and bottom go with all music", path);
  notation::ReadResult read = notation::read_smf(read_file(path), path);
  keep_track(read.scores.front(), track, path);
  return music::from_score(read.scores.front(), config.roll, path).roll;
}

}  // namespace

corpus::Corpus read_for(const network::Config& config, const std::vector<std::string>& paths,
                        int min_steps, Progress& progress, const Stop& stop) {
  const corpus::ImportOptions options{.roll = options_for(config.roll, {}), .min_steps = min_steps};
  const std::vector<fs::path> named(paths.begin(), paths.end());
  corpus::Corpus corpus = corpus::import_paths(named, options, progress, stop);
  for (const corpus::FileReport& file : corpus.report.files) {
    if (!file.kept) progress.warning(fmt::format("{}: left out: {}", file.name, file.reason));
  }
  return corpus;
}

music::Options options_for(music::Options model, const ReadAs& as) {
  if (as.given) model.trim = false;
  if (as.given || model.out_of_range == music::OutOfRange::drop)
    model.out_of_range = music::OutOfRange::refuse;
  return model;
}

void keep_track(notation::Score& score, int track, std::string_view name) {
  std::erase_if(score.tracks, [](const notation::Track& one) { return one.notes.empty(); });
  const auto count = static_cast<int>(score.tracks.size());
  if (track > count)
    fail_usage("{}: track {}: it has {} with notes", name, track, counted(count, "track"));
  score.tracks = {std::move(score.tracks[static_cast<std::size_t>(track - 1)])};
}

music::Roll first_bars(const music::Roll& roll, int bars) {
  if (bars == 0 || roll.steps == 0) return roll;
  const music::Bars lines(roll.meters, roll.grid);
  const long last = lines.at(0).number + bars - 1;
  int steps = 0;
  while (steps < roll.steps && lines.at(steps).number <= last) ++steps;
  return music::excerpt(roll, 0, steps);
}

std::optional<double> tempo_of(const std::string& path) {
  const auto first = [](const notation::Score& score) -> std::optional<double> {
    if (score.tempos.empty()) return std::nullopt;
    return 60e6 / score.tempos.front().microseconds_per_quarter;
  };
  if (is_midi(path)) return first(notation::read_smf(read_file(path), path).scores.front());
  if (fs::path(path).extension() == ".abc") return first(notation::read_abc(read_text(path), path));
  return std::nullopt;
}

void read_given(Order& order, const network::Config& config, Progress& progress, const Stop& stop) {
  const auto read = [](std::optional<GivenFile>& file, const auto& work) {
    if (!file) return;
    if (!file->music) file->music = std::make_shared<const music::Roll>(work(file->path));
    if (file->hash.empty()) file->hash = composing::given_hash(*file->music);
  };
  const network::Config given = config_for(config, {.given = true});
  network::Config wide = given;
  wide.roll.low = 0;
  wide.roll.high = 127;
  for (const std::optional<GivenFile>* file : {&order.infill, &order.melody, &order.prime})
    if (*file && !order.tempo && !(*file)->music && fs::is_regular_file((*file)->path))
      order.tempo = tempo_of((*file)->path);
  read(order.prime, [&](const std::string& path) {
    return first_bars(read_piece(config, path, "music to go on from", progress, stop),
                      order.prime_bars);
  });
  read(order.infill, [&](const std::string& path) {
    return read_piece(given, path, "the piece to fill", progress, stop);
  });
  read(order.melody, [&](const std::string& path) {
    if (order.voice.voice == composing::Voice::track)
      return read_track(given, path, order.voice.track);
    return composing::voice_of(read_piece(given, path, "a melody to harmonise", progress, stop),
                               order.voice.voice);
  });
  read(order.chord_file, [&](const std::string& path) {
    return read_piece(wide, path, "the chord track", progress, stop);
  });
}

void take_chords(Order& order, const std::string& text) {
  if (fs::is_directory(text))
    fail_usage("chords: {}: expected chord names or a file, found a directory", text);
  if (!fs::is_regular_file(text)) {
    order.chords = text;
  } else if (is_midi(text)) {
    order.chord_file = GivenFile{text};
  } else {
    const Bytes bytes = read_file(text);
    try {
      order.chords = std::string(bytes.begin(), bytes.end());
    } catch (const Error& error) {
      fail_usage("chords: {}: {}", text, error.what());
    }
  }
}

}  // namespace toccata::tasks
