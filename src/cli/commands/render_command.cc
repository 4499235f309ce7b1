#include "cli/commands/commands.h"

#include <algorithm>
#include <filesystem>
#include <memory>

#include "base/files.h"
#include "base/json.h"
#include "cli/shell/option_values.h"
#include "notation/abc.h"
#include "notation/smf_reader.h"
#include "notation/smf_writer.h"
#include "rendering/audio.h"
#include "rendering/piano_roll.h"
#include "tasks/output_path.h"

namespace toccata::cli {
namespace {

namespace fs = std::filesystem;

using tasks::check_extension, tasks::output_path, tasks::OutputPaths;

struct Options {
  std::vector<std::string> files;
  std::string audio, picture, midi;
  std::string soundfont, title;
  rendering::AudioOptions sound;
  rendering::PianoRollOptions roll;
  std::int64_t from_bar = 0, to_bar = 0;  // 0: not given
  bool dry = false, dark = false, json = false;

  rendering::BarRange bars() const {
    rendering::BarRange range;
    if (from_bar > 0) range.from = from_bar;
    if (to_bar > 0) range.to = to_bar;
    return range;
  }
};

// One piece of music and the files that are made of it; empty paths are not asked for.
struct Job {
  fs::path file;
  std::string title;
  notation::Score score;
  fs::path audio, picture, midi;
};

// Every output is checked before the first is made: half an hour of audio must not end in a typing
// error.
void check_outputs(const std::vector<Job>& jobs) {
  OutputPaths paths;
  for (const Job& job : jobs) paths.input(job.file);
  for (const Job& job : jobs) {
    check_extension(job.audio, rendering::is_audio_path(job.audio), ".wav, .flac or .ogg");
    check_extension(job.picture, rendering::is_picture_path(job.picture), ".svg or .png");
    check_extension(job.midi, job.midi.extension() == ".mid" || job.midi.extension() == ".midi",
                    ".mid");
    for (const fs::path& path : {job.audio, job.picture, job.midi}) paths.output(path, job.file);
  }
}

std::vector<Job> read_jobs(const Options& options, Context& context) {
  std::vector<Job> jobs;
  for (const std::string& file : options.files) {
    const bool abc = fs::path(file).extension() == ".abc";
    notation::ReadResult read;
    if (abc)
      read.scores.push_back(notation::read_abc(read_text(file), file));
    else
      read = notation::read_smf(read_file(file), file);
    if (read.repair_count)
      context.progress.message(fmt::format(
          "{}: {} repaired while reading; toccata import lists them", file, read.repair_count));
    for (std::size_t i = 0; i < read.scores.size(); ++i) {
      const std::string stem = fs::path(file).stem().string();
      const std::string name =
          read.scores.size() == 1 ? stem : fmt::format("{}-{}", stem, i + 1);  // type 2
      jobs.push_back({file, options.title.empty() ? name : options.title, std::move(read.scores[i]),
                      output_path(options.audio, file, name),
                      output_path(options.picture, file, name),
                      output_path(options.midi, file, name)});
    }
  }
  check_outputs(jobs);
  return jobs;
}

OrderedJson render_one(const Job& job, const Options& options, Context& context) {
  OrderedJson report;
  report["file"] = job.file.string();
  const auto tell = [&](const char* what, const fs::path& path) {
    report[what] = path.string();
    if (!options.json) context.progress.print(path.string());
  };
  const notation::Score part = rendering::excerpt(job.score, options.bars());
  if (!job.midi.empty()) {
    write_file(job.midi, notation::write_smf(part));
    tell("midi", job.midi);
  }
  if (!job.picture.empty()) {
    rendering::PianoRollOptions roll = options.roll;
    roll.title = job.title;
    roll.bars = options.bars();
    const rendering::PianoRoll drawn = rendering::piano_roll(job.score, roll);
    rendering::write_picture(job.picture, drawn.picture);
    tell("picture", job.picture);
    report["bars"] = {drawn.first_bar, drawn.last_bar};
    const std::int64_t left_out = drawn.bars - (drawn.last_bar - drawn.first_bar + 1);
    if (left_out > 0)
      context.progress.warning(
          fmt::format("{}: the piece is too long for one picture: bars {} to {} are drawn; "
                      "--from-bar {} draws more",
                      job.picture.string(), drawn.first_bar, drawn.last_bar, drawn.last_bar + 1));
  }
  if (!job.audio.empty()) {
    const rendering::AudioFacts facts =
        rendering::write_audio(part, job.audio, options.sound, context.progress, context.stop);
    tell("audio", job.audio);
    report["seconds"] = facts.seconds;
  }
  return report;
}

void render(Options& options, Context& context) {
  if (options.audio.empty() && options.picture.empty() && options.midi.empty())
    fail_usage(
        "nothing to make; give --audio out.flac, --picture out.svg or --midi out.mid (for several "
        "files: --audio flac makes one beside each)");
  if (!options.soundfont.empty()) options.sound.synthesizer.soundfont = options.soundfont;
  if (!options.audio.empty()) rendering::find_soundfont(options.sound.synthesizer.soundfont);
  options.sound.synthesizer.reverb = !options.dry;
  options.roll.theme = options.dark ? rendering::Theme::dark : rendering::Theme::light;
  OrderedJson reports = OrderedJson::array();
  for (const Job& job : read_jobs(options, context)) {
    if (context.stop.requested()) break;
    reports.push_back(render_one(job, options, context));
  }
  if (options.json)
    context.progress.print(reports.dump(2, ' ', false, OrderedJson::error_handler_t::replace));
}

}  // namespace

void add_render(CLI::App& app, Context& context) {
  const auto options = std::make_shared<Options>();
  app.add_option("FILE", options->files, "MIDI files")->required();
  app.add_option(
         "--audio", options->audio,
         "sound: a .wav, .flac or .ogg file, or just the format for a file beside each FILE")
      ->type_name("FILE");
  app.add_option("--picture", options->picture, "piano roll: a .svg or .png file, or the format")
      ->type_name("FILE");
  app.add_option("--midi", options->midi, "the music as correct MIDI: a .mid file")
      ->type_name("FILE");
  app.add_option("--from-bar", options->from_bar, "first bar, counted from 1")
      ->check(at_least(std::int64_t{1}));
  app.add_option("--to-bar", options->to_bar, "last bar")->check(at_least(std::int64_t{1}));
  app.add_option("--soundfont", options->soundfont,
                 "a .sf2 file (default: TOCCATA_SOUNDFONT, or the system's General MIDI soundfont)")
      ->type_name("FILE");
  app.add_option("--gain", options->sound.synthesizer.gain, "loudness of the synthesizer")
      ->check(between(0.0, 10.0))
      ->capture_default_str();
  app.add_flag("--dry", options->dry, "without reverberation");
  app.add_option("--title", options->title, "title above the picture (default: the file's name)");
  app.add_option("--width", options->roll.width, "width of the picture, in pixels")
      ->check(between(400.0, 10000.0))
      ->capture_default_str();
  app.add_flag("--dark", options->dark, "a picture for dark pages");
  app.add_flag("--json", options->json, "a report as JSON on stdout");
  app.callback([options, &context] { render(*options, context); });
}

}  // namespace toccata::cli
