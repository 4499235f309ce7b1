#include "cli/commands/control_options.h"

#include <charconv>
#include <map>

#include "base/files.h"
#include "base/text.h"
#include "cli/commands/model_argument.h"
#include "cli/shell/option_values.h"
#include "composing/harmony.h"
#include "composing/music_hash.h"
#include "composing/voice.h"
#include "music/from_score.h"
#include "notation/abc.h"
#include "notation/smf_reader.h"

namespace toccata::cli {
namespace {
namespace fs = std::filesystem;
using composing::ComposeOptions;
using composing::GivenFile;
using composing::Request;
using composing::Voice;

bool is_midi(const std::string& path) {
  std::string end = fs::path(path).extension().string();
  for (char& c : end) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return end == ".mid" || end == ".midi" || end == ".kar";
}

void demand_file(const std::string& path, const char* what) {
  if (!fs::is_regular_file(path)) fail("{}: expected a file: {}", path, what);
}

// How given music is read: bars are counted from the file's first, and no note is moved into the
// range, since given notes stay as they are.
network::Config as_given(network::Config config) {
  config.roll.trim = false;
  config.roll.out_of_range = music::OutOfRange::refuse;
  return config;
}

music::Roll read_piece(const network::Config& config, const std::string& path, const char* what,
                       Context& context) {
  demand_file(path, what);
  corpus::Corpus corpus = read_for(config, {path}, 1, context);
  if (corpus.pieces.size() != 1)
    fail("{}: expected one piece, {}; found {}", path, what, corpus.pieces.size());
  return std::move(corpus.pieces.front().roll);
}

music::Roll read_track(const network::Config& config, const std::string& path, int track) {
  demand_file(path, "a MIDI file with the track to harmonise");
  if (!is_midi(path))
    fail_usage("{}: tracks are MIDI's; --voice top and bottom go with all music", path);
  notation::ReadResult read = notation::read_smf(read_file(path), path);
  notation::Score& score = read.scores.front();
  std::erase_if(score.tracks, [](const notation::Track& one) { return one.notes.empty(); });
  const auto count = static_cast<int>(score.tracks.size());
  if (track > count)
    fail_usage("{}: --voice track {}: it has {} with notes", path, track, counted(count, "track"));
  score.tracks = {std::move(score.tracks[static_cast<std::size_t>(track - 1)])};
  return music::from_score(score, config.roll, path).roll;
}

music::Roll read_chords(network::Config config, const std::string& path, Context& context) {
  config.roll.low = 0;
  config.roll.high = 127;
  return read_piece(config, path, "the chord track", context);
}

void take_voice(const std::vector<std::string>& words, Request& request, std::string& model) {
  if (words.empty()) return;
  static const std::map<std::string, Voice> kVoices = {
      {"top", Voice::top}, {"bottom", Voice::bottom}, {"track", Voice::track}};
  std::string word = words[0], number = words.size() > 1 ? words[1] : "";
  if (word.starts_with("track") && word.size() > 5) {  // "track:2", "track 2", "track2"
    if (!number.empty() && model.empty()) std::swap(model, number);
    number = word.substr(word.find_first_of("0123456789") == word.npos
                             ? word.size()
                             : word.find_first_of("0123456789"));
    word = "track";
  }
  const auto found = kVoices.find(word);
  if (found == kVoices.end()) {
    fail_usage("--voice: expected top, bottom or track and a number, found \"{}\"", word);
  }
  request.voice = found->second;
  if (request.voice == Voice::track) {
    const auto [end, problem] =
        std::from_chars(number.data(), number.data() + number.size(), request.track);
    if (problem != std::errc() || end != number.data() + number.size() || request.track < 1) {
      fail_usage("--voice track: which? expected a number from 1, found \"{}\"", number);
    }
  } else if (!number.empty()) {
    // The second word was the model's name.
    if (!model.empty()) fail_usage("--voice {}: \"{}\" is one word too many", word, number);
    model = number;
  }
}

void take_conservativity(const std::string& text, composing::Taste& taste) {
  if (text.empty()) return;
  taste.adaptive = text == "adaptive";
  if (taste.adaptive) return;
  const auto [end, problem] =
      std::from_chars(text.data(), text.data() + text.size(), taste.conservativity);
  if (problem != std::errc() || end != text.data() + text.size()) {
    fail_usage("--conservativity: expected a number such as 1.1, or adaptive, found \"{}\"", text);
  }
}

// Where a file is now: as given on the command line, or as the request has it.
const std::string& path_of(const std::string& given, const GivenFile& named) {
  return given.empty() ? named.path : given;
}

void add_given(CLI::App& app, ControlArguments& arguments, Request& request) {
  const auto group = "What is given";
  app.add_option("--infill", arguments.infill,
                 "a piece of which --bars are composed anew; all else stays")
      ->type_name("FILE")
      ->excludes("--steps")
      ->excludes("--prime")
      ->excludes("--meter")
      ->group(group);
  app.add_option("--bars", request.bars, "the bars to fill, such as 9-12 or 1-2,7-8")->group(group);
  app.add_option("--melody", arguments.melody, "a melody to harmonise: its notes stay as they are")
      ->type_name("FILE")
      ->excludes("--steps")
      ->excludes("--prime")
      ->excludes("--meter")
      ->group(group);
  app.add_option("--voice", arguments.voice,
                 "which notes of it: top (default: each step's highest), bottom, or track K")
      ->expected(1, 2)
      ->group(group);
}

void add_limits(CLI::App& app, ControlArguments& arguments, Request& request) {
  const auto group = "Hard limits";
  app.add_option("--key", request.key,
                 "only its notes: \"D minor\", \"Eb major\" (minor: raised sixth and seventh too)")
      ->group(group);
  app.add_option("--scale", request.scale,
                 "only its notes: \"D dorian\", \"C pentatonic\", or \"C D E G A\"")
      ->group(group);
  app.add_option("--range", request.range, "only pitches in it: C3-G5 (C4 is the middle C)")
      ->group(group);
  app.add_option("--most-notes", request.most_notes,
                 "at most so many sound at a time (0: any number)")
      ->group(group);
  app.add_option("--fewest-notes", request.fewest_notes, "at least so many sound at all times")
      ->group(group);
  app.add_option("--longest-silence", request.longest_silence, "a note value: 1/2 is a half note")
      ->group(group);
  app.add_option("--repeat-gap", request.repeat_gap,
                 "a pitch is struck again after this note value at the soonest: 1/8")
      ->group(group);
  app.add_option("--chords", arguments.chords,
                 "a chord track, over and over: \"C | Am F | G7 | C\", a text file with such, or a "
                 "MIDI file")
      ->type_name("FILE")
      ->group(group);
  one_of<composing::ChordTones>(
      app.add_option(
          "--chord-tones", request.chord_tones,
          "all: nothing but the chord's notes sounds (default); beats: only as beats begin"))
      ->group(group);
  app.add_option("--ending", request.ending,
                 "close on this chord (Dm, or tonic: the key's): all of its notes in the last beat")
      ->group(group);
  app.add_option("--ending-bars", request.ending_bars,
                 "from so many bars before the end only its notes")
      ->capture_default_str()
      ->group(group);
}

void add_taste(CLI::App& app, ControlArguments& arguments, ComposeOptions& compose) {
  const auto group = "Taste";
  app.add_option("--temperature", compose.taste.temperature, "above 1 freer, below 1 safer")
      ->capture_default_str()
      ->group(group);
  app.add_option("--articulate-temperature", arguments.articulate_temperature,
                 "of striking a sounding note again (default: as --temperature)")
      ->group(group);
  app.add_option("--density", compose.taste.density,
                 "the odds that a note begins, times this: above 1 more notes, below 1 fewer")
      ->capture_default_str()
      ->group(group);
  app.add_option(
         "--conservativity", arguments.conservativity,
         "the chance of play to this power, as Johnson's: above 1 fewer notes, below 1 more; "
         "adaptive: more notes after nearly silent steps")
      ->group(group);
}

void add_inference(CLI::App& app, ControlArguments& arguments, ComposeOptions& compose) {
  const auto group = "Inference";
  app.add_option("--particles", arguments.particles,
                 "so many versions of each piece at once: what is asked for then shapes what comes "
                 "before it; 1: no looking ahead (default: 16 with --infill or --melody, else 1)")
      ->group(group);
  one_of<composing::Pick>(app.add_option("--pick", compose.pick,
                                         "which of them: drawn (by weight, default) or heaviest"))
      ->group(group);
}

}  // namespace

void add_control(CLI::App& app, ControlArguments& arguments, ComposeOptions& compose) {
  add_given(app, arguments, compose.request);
  add_limits(app, arguments, compose.request);
  add_taste(app, arguments, compose);
  add_inference(app, arguments, compose);
}

void finish_control(ControlArguments& arguments, ComposeOptions& compose, std::string& model) {
  Request& request = compose.request;
  if (!arguments.infill.empty()) request.infill = GivenFile{arguments.infill};
  if (!arguments.melody.empty()) request.melody = GivenFile{arguments.melody};
  take_voice(arguments.voice, request, model);
  if (!arguments.voice.empty() && !request.melody) fail_usage("--voice goes with --melody FILE");
  if (!arguments.chords.empty()) {
    if (fs::is_directory(arguments.chords))
      fail_usage("--chords: {}: expected chord names or a file, found a directory",
                 arguments.chords);
    if (!fs::is_regular_file(arguments.chords)) {
      request.chords = arguments.chords;
    } else if (is_midi(arguments.chords)) {
      request.chord_file = GivenFile{arguments.chords};
    } else {
      const Bytes bytes = read_file(arguments.chords);
      request.chords.assign(bytes.begin(), bytes.end());
      try {
        composing::parse_chords(request.chords);
      } catch (const Error& error) {
        fail_usage("--chords: {}: {}", arguments.chords, error.what());
      }
    }
  }
  compose.particles = arguments.particles.value_or(request.infill || request.melody ? 16 : 1);
  compose.taste.articulate_temperature =
      arguments.articulate_temperature.value_or(compose.taste.temperature);
  take_conservativity(arguments.conservativity, compose.taste);
  composing::check(request);
}

composing::RequestMusic read_request_music(const network::Config& config, const Request& request,
                                           ControlArguments& arguments, Context& context) {
  const network::Config given = as_given(config);
  composing::RequestMusic music;
  const auto keep = [&](music::Roll roll) {
    return &arguments.rolls.emplace_back(std::move(roll));
  };
  if (request.infill) {
    music.infill = keep(read_piece(given, path_of(arguments.infill, *request.infill),
                                   "the piece to fill", context));
  }
  if (request.melody) {
    const std::string& path = path_of(arguments.melody, *request.melody);
    music.melody =
        request.voice == Voice::track
            ? keep(read_track(given, path, request.track))
            : keep(composing::voice_of(read_piece(given, path, "a melody to harmonise", context),
                                       request.voice));
  }
  if (request.chord_file) {
    music.chord_file =
        keep(read_chords(given, path_of(arguments.chords, *request.chord_file), context));
  }
  return music;
}

void read_control(const network::Config& config, ControlArguments& arguments,
                  ComposeOptions& compose, Context& context) {
  Request& request = compose.request;
  compose.music = read_request_music(config, request, arguments, context);
  if (request.infill) request.infill->hash = composing::music_hash(*compose.music.infill);
  if (request.melody) request.melody->hash = composing::music_hash(*compose.music.melody);
  if (request.chord_file)
    request.chord_file->hash = composing::music_hash(*compose.music.chord_file);
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

}  // namespace toccata::cli
