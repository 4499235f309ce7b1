#include "cli/commands/commands.h"

#include <filesystem>
#include <memory>

#include "base/files.h"
#include "base/json.h"
#include "cli/commands/model_argument.h"
#include "cli/commands/output_path.h"
#include "cli/shell/option_values.h"
#include "cli/shell/version.h"
#include "listening/surprise.h"
#include "music/bars.h"
#include "music/to_score.h"
#include "notation/pitch_name.h"
#include "rendering/piano_roll.h"

namespace toccata::cli {
namespace {
namespace fs = std::filesystem;

struct Options {
  ModelArgument model;
  std::vector<std::string> files;
  std::string picture, csv;
  rendering::PianoRollOptions roll;
  double most = 6;
  bool dark = false, json = false;
  int threads = 0;
};

// What one piece's notes cost.
struct Scored {
  const corpus::Piece& piece;
  listening::Surprise surprise;
  std::vector<listening::NoteSurprise> notes;
  double per_step() const { return -surprise.nats / std::max(piece.roll.steps, 1); }
};

// A name as a field of CSV (RFC 4180).
std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) result += c == '"' ? std::string("\"\"") : std::string(1, c);
  return result + '"';
}

std::string csv_of(const Scored& scored) {
  std::string rows;
  const music::Roll& roll = scored.piece.roll;
  const music::Bars bars(roll.meters, roll.grid);
  for (const auto& [note, onset, held] : scored.notes) {
    const music::Bar bar = bars.at(note.onset);
    rows += fmt::format("{},{},{:g},{},{},{},{},{:.4f},{:.4f}\n", quoted(scored.piece.name),
                        bar.number, (note.onset - bar.begin) / roll.grid, note.onset, note.pitch,
                        notation::pitch_name(note.pitch), note.length, onset, held);
  }
  return rows;
}

OrderedJson json_of(const Scored& scored, const Options& options, const network::Model& model) {
  const music::Roll& roll = scored.piece.roll;
  const music::Bars bars(roll.meters, roll.grid);
  OrderedJson notes = OrderedJson::array(), steps = OrderedJson::array();
  for (const auto& [note, onset, held] : scored.notes) {
    const music::Bar bar = bars.at(note.onset);
    notes.push_back({{"bar", bar.number},
                     {"quarter", (note.onset - bar.begin) / roll.grid},
                     {"step", note.onset},
                     {"pitch", note.pitch},
                     {"name", notation::pitch_name(note.pitch)},
                     {"length", note.length},
                     {"onset_nats", onset},
                     {"held_nats", held}});
  }
  for (int t = 0; t < scored.surprise.steps; ++t) steps.push_back(scored.surprise.of_step(t));
  return {{"piece", scored.piece.name},
          {"program", version_text()},
          {"model", options.model.name},
          {"model_hash", model.hash},
          {"grid", roll.grid},
          {"steps", roll.steps},
          {"nats_per_step", scored.per_step()},
          {"notes", std::move(notes)},
          {"step_nats", std::move(steps)}};
}

rendering::PianoRoll picture_of(const Scored& scored, const Options& options) {
  rendering::PianoRollOptions drawn = options.roll;
  drawn.theme = options.dark ? rendering::Theme::dark : rendering::Theme::light;
  drawn.title =
      fmt::format("{}: how it surprises the model {}", scored.piece.name, options.model.name);
  drawn.scale = rendering::NoteScale{.name = "surprise",
                                     .unit = "nats",
                                     .most = options.most,
                                     .little = "expected",
                                     .much = "surprising",
                                     .values = {}};
  // The Score's notes are the Roll's, in the same order.
  for (const listening::NoteSurprise& note : scored.notes) {
    drawn.scale->values.push_back(note.onset_nats);
  }
  return rendering::piano_roll(music::to_score(scored.piece.roll), drawn);
}

// The file that a piece stands in: where a picture "beside it" goes.
fs::path file_of(const Options& options, const corpus::Piece& piece) {
  for (const std::string& file : options.files) {
    if (fs::path(file).filename() == fs::path(piece.name).filename()) return file;
    if (fs::is_directory(file) && fs::exists(fs::path(file) / piece.name)) {
      return fs::path(file) / piece.name;
    }
  }
  return piece.name;
}

// "x.mid[2]", the second piece of a file, is x-2.
std::string stem_of(const std::string& name) {
  const std::string stem = fs::path(name.substr(0, name.find(':'))).stem().string();
  const std::size_t bracket = name.rfind('[');
  if (bracket == std::string::npos || !name.ends_with(']')) return stem;
  return stem.substr(0, stem.find('[')) + "-" + name.substr(bracket + 1, name.size() - bracket - 2);
}

// Checked before the model listens to the first piece.
std::vector<fs::path> picture_paths(const Options& options,
                                    const std::vector<corpus::Piece>& pieces) {
  std::vector<fs::path> paths;
  OutputPaths taken;
  for (const corpus::Piece& piece : pieces) taken.input(file_of(options, piece));
  for (const corpus::Piece& piece : pieces) {
    const fs::path file = file_of(options, piece);
    paths.push_back(output_path(options.picture, file, stem_of(piece.name)));
    check_extension(paths.back(), rendering::is_picture_path(paths.back()), ".svg or .png");
    taken.output(paths.back(), file);
  }
  return paths;
}

void score(const Options& options, Context& context) {
  const NamedModel named = load_named(options.model);
  const corpus::Corpus corpus = read_for(named.model.config, options.files, 1, context);
  const std::vector<fs::path> pictures = picture_paths(options, corpus.pieces);
  OrderedJson json = OrderedJson::array();
  std::string csv = "piece,bar,quarter,step,pitch,name,length,onset_nats,held_nats\n";
  const bool csv_to_stdout = options.csv.empty() && !options.json;
  for (std::size_t i = 0; i < corpus.pieces.size(); ++i) {
    const corpus::Piece& piece = corpus.pieces[i];
    Scored scored{piece,
                  listening::surprise(named.model, piece.roll, piece.name, options.threads,
                                      context.progress, context.stop),
                  {}};
    if (context.stop.requested()) return;
    scored.notes = listening::note_surprises(piece.roll, scored.surprise);
    if (options.json) json.push_back(json_of(scored, options, named.model));
    if (!options.json || !options.csv.empty()) csv += csv_of(scored);
    if (csv_to_stdout) fmt::print("{}", std::exchange(csv, {}));
    if (!pictures[i].empty()) {
      rendering::write_picture(pictures[i], picture_of(scored, options).picture);
      context.progress.message(fmt::format("{}: the picture", pictures[i].string()));
    }
    context.progress.message(
        fmt::format("{}: {:.4f} nats per step", piece.name, scored.per_step()));
  }
  if (!options.csv.empty()) write_file(options.csv, csv);
  if (options.json)
    fmt::print("{}\n", json.dump(2, ' ', false, OrderedJson::error_handler_t::replace));
}

}  // namespace

void add_score(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  add_model(app, options->model)->required();
  app.add_option("FILE", options->files, "pieces to listen to")->required();
  app.add_option("--picture", options->picture,
                 "piano roll with each note in the colour of its surprise: a .svg or .png file, or "
                 "the format for a file beside each FILE; {} in a name stands for each piece's own")
      ->type_name("FILE");
  app.add_option("--csv", options->csv, "the CSV into this file (default: to standard output)")
      ->type_name("FILE");
  app.add_flag("--json", options->json,
               "JSON on standard output, with the nats of each step too, instead of CSV");
  app.add_option("--most", options->most, "nats at which the picture's colours end")
      ->check(between(0.1, 100.0))
      ->capture_default_str();
  app.add_option("--width", options->roll.width, "of the picture, in pixels")
      ->check(between(400.0, 10000.0))
      ->capture_default_str();
  app.add_flag("--dark", options->dark, "a picture for dark pages");
  app.add_option("--threads", options->threads, "how many threads; 0: as many as the processor has")
      ->capture_default_str();
  app.callback([options, &context] { score(*options, context); });
}

}  // namespace toccata::cli
