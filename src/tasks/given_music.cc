#include "tasks/given_music.h"

#include <filesystem>

#include "base/closest.h"
#include "base/error.h"
#include "base/files.h"
#include "base/hash.h"
#include "base/text.h"
#include "composing/given.h"
#include "composing/voice.h"
#include "corpus/findings.h"
#include "music/bars.h"
#include "music/excerpt.h"
#include "music/from_score.h"
#include "music/read_beats.h"
#include "notation/abc.h"
#include "notation/event_file.h"
#include "notation/smf_reader.h"
#include "notation/smf_writer.h"

namespace toccata::tasks {
namespace {
namespace fs = std::filesystem;
using composing::GivenFile;
using composing::Order;

std::string extension_of(const std::string& path) {
  return lower_case(fs::path(path).extension().string());
}

bool is_midi(const std::string& path) {
  const std::string end = extension_of(path);
  return end == ".mid" || end == ".midi" || end == ".kar";
}

constexpr const char* what_for(Use use) {
  switch (use) {
    case Use::prime:
      return "music to go on from";
    case Use::infill:
      return "the piece to fill";
    case Use::melody:
      return "a melody to harmonise";
    case Use::chords:
      return "the chord track";
  }
  return "";
}

// The Score with the notes that the file's events are, in their order.
notation::Score in_order_of_events(notation::Score score,
                                   const std::vector<notation::FileNote>& notes,
                                   std::size_t tracks) {
  const std::size_t conductors = tracks - score.tracks.size();  // holds no notes, and is no Track
  for (notation::Track& track : score.tracks) track.notes.clear();
  for (const notation::FileNote& note : notes)
    score.tracks[note.track - conductors].notes.push_back(note.note);
  return score;
}

// Which of the tracks with notes is meant, by its name (in capitals or not) or its number.
std::size_t track_meant(const notation::Score& score, const composing::MelodyVoice& voice,
                        std::string_view name) {
  const std::vector<corpus::TrackFound> tracks = corpus::tracks_of(score);
  std::vector<std::string> names, listed;
  for (const corpus::TrackFound& track : tracks) {
    if (!track.name.empty()) names.push_back(track.name);
    listed.push_back(
        fmt::format("{}{}{}", listed.size() + 1, track.name.empty() ? "" : " ", track.name));
  }
  const std::string there = fmt::format(
      "it has {} with notes{}{}", counted(tracks.size(), "track"), names.empty() ? "" : ": ",
      names.empty() ? "" : fmt::format("{}", fmt::join(listed, ", ")));
  if (voice.name.empty()) {
    if (static_cast<std::size_t>(voice.track) > tracks.size())
      fail_usage("{}: there is no track {}; {}", name, voice.track, there);
    return static_cast<std::size_t>(voice.track) - 1;
  }
  const auto found = std::ranges::find_if(tracks, [&](const corpus::TrackFound& track) {
    return lower_case(track.name) == lower_case(voice.name);
  });
  if (found == tracks.end())
    fail_usage("{}: there is no track \"{}\" (--voice takes top and bottom, too); {}{}", name,
               voice.name, there, did_you_mean(voice.name, names));
  return static_cast<std::size_t>(found - tracks.begin());
}

// The notes of a melody's file that the voice consists of: all of a track; or those that are the
// highest, or the lowest, in any step of `whole`.
std::vector<bool> notes_of_voice(const composing::GivenSource& source, const notation::Score& score,
                                 const music::Roll& whole, const composing::MelodyVoice& voice,
                                 std::string_view name) {
  std::vector<bool> given(source.notes.size(), false);
  if (voice.voice == composing::Voice::track) {
    std::vector<std::size_t> tracks;  // those with notes
    for (const notation::FileNote& note : source.notes)
      if (tracks.empty() || tracks.back() != note.track) tracks.push_back(note.track);
    const std::size_t track = tracks.at(track_meant(score, voice, name));
    for (std::size_t i = 0; i < given.size(); ++i) given[i] = source.notes[i].track == track;
    return given;
  }
  const music::Roll line = composing::voice_of(whole, voice.voice);
  for (std::size_t i = 0; i < given.size(); ++i) {
    const music::HeardNote& note = source.heard[i];
    for (int t = note.onset; note.heard() && t < std::min(note.end, line.steps) && !given[i]; ++t)
      given[i] = line.frame(t)[note.pitch - line.low] & music::kPlay;
  }
  return given;
}

}  // namespace

corpus::Corpus read_for(const network::Config& config, const std::vector<std::string>& paths,
                        int min_steps, Progress& progress, const Stop& stop) {
  corpus::ImportOptions options{.roll = config.roll, .min_steps = min_steps};
  if (options.roll.out_of_range == music::OutOfRange::drop)
    options.roll.out_of_range = music::OutOfRange::refuse;
  const std::vector<fs::path> named(paths.begin(), paths.end());
  corpus::Corpus corpus = corpus::import_paths(named, options, progress, stop);
  for (const corpus::FileReport& file : corpus.report.files) {
    if (!file.kept) progress.warning(fmt::format("{}: left out: {}", file.name, file.reason));
  }
  return corpus;
}

music::Options options_for(music::Options model, Use use, const Order& order) {
  if (use != Use::prime) model.trim = false;
  if (use == Use::chords) {
    model.low = 0;
    model.high = 127;
  }
  model.out_of_range = order.out_of_range;
  if (order.beats != music::BeatsFrom::automatic) model.beats = order.beats;
  return model;
}

std::optional<double> hear(GivenFile& file, Use use, const Order& order,
                           const network::Config& config, std::span<const std::uint8_t> bytes) {
  auto source = std::make_shared<composing::GivenSource>();
  source->hash = hash_hex(bytes);
  Bytes written;
  const bool is_abc = extension_of(file.path) == ".abc" && (bytes.empty() || bytes[0] != 'M');
  if (is_abc) {
    const std::string_view text{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    written = notation::write_smf(notation::read_abc(text, file.path));
    bytes = written;
  }
  source->file = notation::read_event_file(bytes, file.path);
  notation::ReadResult read = notation::read_smf(bytes, file.path);
  if (read.scores.size() != 1)
    fail("{}: expected one piece, {}; found {} (a file of type 2)", file.path, what_for(use),
         read.scores.size());
  source->notes = notation::notes_of(source->file);
  notation::Score score =
      in_order_of_events(std::move(read.scores.front()), source->notes, source->file.tracks.size());
  source->ticks_per_quarter = score.ticks_per_quarter;
  std::optional<double> tempo;
  if (!score.tempos.empty()) {
    source->tempo = score.tempos.front().microseconds_per_quarter;
    tempo = 60e6 / source->tempo;
  }
  const music::Options options = options_for(config.roll, use, order);
  const music::ReadBeats beats =
      music::beats_to_read(score, is_abc ? music::BeatsFrom::file : options.beats);
  if (beats.used) {
    source->grid.emplace(score, beats.found);
    score = music::on_beats(score, beats.found).score;
    tempo = beats.found.tempo * source->grid->quarters_per_beat();
    source->tempo = static_cast<std::uint32_t>(std::clamp(60e6 / *tempo, 1.0, 16777215.0));
  }
  music::ReadRoll laid = music::from_score(score, options, file.path);
  if (laid.statistics.notes_kept == 0)
    fail("{}: expected {}, found {}", file.path, what_for(use),
         laid.statistics.drums > 0 ? "drums alone" : "no notes");
  source->first_step = laid.first_step;
  source->heard = music::heard_notes(score, options, file.path, laid.first_step);
  source->given.assign(source->notes.size(), true);
  music::Roll music = std::move(laid.roll);
  if (use == Use::prime) music = first_bars(music, order.prime_bars);
  if (use == Use::melody) {
    source->given = notes_of_voice(*source, score, music, order.voice, file.path);
    music = composing::roll_of(music, source->heard, source->given);
    if (std::ranges::all_of(music.cells, [](std::uint8_t cell) { return cell == 0; }))
      fail_usage("{}: {} has no notes that the model hears (are they drums?)", file.path,
                 composing::to_string(order.voice));
  }
  file.music = std::make_shared<const music::Roll>(std::move(music));
  if (file.hash.empty()) file.hash = source->hash;
  file.source = std::move(source);
  return tempo;
}

music::Roll first_bars(const music::Roll& roll, int bars) {
  if (bars == 0 || roll.steps == 0) return roll;
  const music::Bars lines(roll.meters, roll.grid);
  const long last = std::max(lines.at(0).number, 1L) + bars - 1;  // a pickup besides
  int steps = 0;
  while (steps < roll.steps && lines.at(steps).number <= last) ++steps;
  return music::excerpt(roll, 0, steps);
}

void read_given(Order& order, const network::Config& config, Progress& progress, const Stop& stop) {
  const auto read = [&](std::optional<GivenFile>& file, Use use) {
    if (!file || file->music) return;
    if (!fs::is_regular_file(file->path))
      fail("{}: expected a file, found a folder or nothing: {}", file->path, what_for(use));
    if (const std::string end = extension_of(file->path); end == ".json" || end == ".pack") {
      if (use == Use::melody && order.voice.voice == composing::Voice::track)
        fail_usage("{}: tracks are MIDI's; --voice top and bottom go with all music", file->path);
      network::Config as = config;
      as.roll = options_for(config.roll, use, order);
      corpus::Corpus corpus = read_for(as, {file->path}, 1, progress, stop);
      if (corpus.pieces.size() != 1)
        fail("{}: expected one piece, {}; found {}", file->path, what_for(use),
             corpus.pieces.size());
      music::Roll roll = std::move(corpus.pieces.front().roll);
      if (use == Use::prime) roll = first_bars(roll, order.prime_bars);
      if (use == Use::melody) roll = composing::voice_of(roll, order.voice.voice);
      file->music = std::make_shared<const music::Roll>(std::move(roll));
      if (file->hash.empty()) file->hash = composing::given_hash(*file->music);
      return;
    }
    const std::optional<double> tempo = hear(*file, use, order, config, read_file(file->path));
    if (use != Use::chords && !order.tempo) order.tempo = tempo;
    const notation::EventFile& events = file->source->file;
    if (events.repair_count > 0)
      progress.warning(fmt::format("{}: {} mended, the first at byte {}: {}", file->path,
                                   counted(events.repair_count, "fault"),
                                   events.repairs.front().byte, events.repairs.front().reason));
  };
  read(order.infill, Use::infill);
  read(order.melody, Use::melody);
  read(order.prime, Use::prime);
  read(order.chord_file, Use::chords);
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
