#include <algorithm>
#include <filesystem>
#include <memory>

#include "base/files.h"
#include "base/json.h"
#include "cli/commands/commands.h"
#include "cli/shell/option_values.h"
#include "music/beats.h"
#include "music/on_beats.h"
#include "notation/abc.h"
#include "notation/smf_reader.h"
#include "notation/smf_writer.h"
#include "tasks/output_path.h"

namespace toccata::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string file, out;
  music::BeatHints hints;
  bool json = false;
};

notation::Score read_one(const std::string& file, Context& context) {
  if (fs::path(file).extension() == ".abc") return notation::read_abc(read_text(file), file);
  notation::ReadResult read = notation::read_smf(read_file(file), file);
  if (read.repair_count > 0)
    context.progress.message(fmt::format("{}: {} repaired while reading; toccata import lists them",
                                         file, read.repair_count));
  if (read.scores.size() > 1)
    context.progress.message(fmt::format("{}: of its {} pieces (MIDI type 2) the first is read",
                                         file, read.scores.size()));
  return std::move(read.scores.at(0));
}

OrderedJson to_json(const music::FoundBeats& found) {
  OrderedJson json, beats = OrderedJson::array(), downbeats = OrderedJson::array();
  for (const music::Beat& beat : found.beats) {
    beats.push_back(beat.seconds);
    if (beat.place == 0) downbeats.push_back(beat.seconds);
  }
  json["kind"] = to_word(found.kind);
  json["tempo"] = found.tempo;
  json["slowest"] = found.slowest;
  json["fastest"] = found.fastest;
  json["meter"] = found.meter;
  json["subdivision"] = found.subdivision;
  json["confidence"] = found.confidence;
  json["off_seconds"] = found.off;
  json["shift_ticks"] = found.shift;
  json["beats"] = std::move(beats);
  json["downbeats"] = std::move(downbeats);
  return json;
}

std::string in_words(const music::FoundBeats& found) {
  switch (found.kind) {
    case music::BeatKind::as_written:
      return "as written: the file's own beats";
    case music::BeatKind::shifted:
      return "shifted: the file's tempo is right, and its beats lie elsewhere";
    case music::BeatKind::steady:
      return "steady, at another tempo than the file's";
    case music::BeatKind::free:
      return "played freely: each beat has a length of its own";
  }
  return {};
}

void print(const std::string& file, const music::FoundBeats& found) {
  fmt::print("{}\n", file);
  if (found.beats.size() < 2) {
    fmt::print("  no beats: too few notes, or too far apart\n");
    return;
  }
  const auto bars = std::ranges::count(found.beats, 0, &music::Beat::place);
  fmt::print("  {}\n", in_words(found));
  fmt::print("  {} beats, {} bars, mostly of {}; from {:.2f} s to {:.2f} s\n", found.beats.size(),
             bars, found.meter, found.beats.front().seconds, found.beats.back().seconds);
  fmt::print("  {:.0f} beats per minute, mostly {:.0f} to {:.0f}\n", found.tempo, found.slowest,
             found.fastest);
  fmt::print("  onsets lie {:.0f} ms off the beats' {}, on average; confidence {:.2f}\n",
             1000 * found.off, found.subdivision == 3 ? "thirds" : "quarters", found.confidence);
}

}  // namespace

void add_beats(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  app.add_option("FILE", options->file, "a MIDI or ABC file")->required();
  app.add_option("--out", options->out,
                 "a MIDI file to write: the same music on the found beats, with a tempo per beat, "
                 "and a click on each")
      ->type_name("CLICK.mid");
  app.add_option("--tempo-hint", options->hints.tempo, "about how many beats per minute there are")
      ->check(between(10.0, 400.0));
  app.add_option("--meter-hint", options->hints.meter, "beats per bar")->check(between(2, 4));
  app.add_option("--pickup", options->hints.pickup, "whole beats before the first downbeat")
      ->check(between(0, 16));
  app.add_flag("--json", options->json, "JSON, with each beat in seconds");
  app.callback([options, &context] {
    tasks::check_extension(
        options->out, options->out.ends_with(".mid") || options->out.ends_with(".midi"), ".mid");
    tasks::OutputPaths paths;
    paths.input(options->file);
    paths.output(options->out, options->file);
    const notation::Score score = read_one(options->file, context);
    const music::FoundBeats found = music::find_beats(score, options->hints);
    if (!options->out.empty())
      write_file(options->out,
                 notation::write_smf(music::with_click(music::on_beats(score, found), found)));
    if (options->json)
      fmt::print("{}\n", to_json(found).dump(2));
    else
      print(options->file, found);
  });
}

}  // namespace toccata::cli
