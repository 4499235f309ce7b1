#include "cli/score_command.h"

#include <memory>

#include "base/json.h"
#include "cli/model_argument.h"
#include "listening/surprise.h"
#include "roll/bars.h"

namespace toccata::cli {
namespace {

struct Options {
  ModelArgument model;
  std::vector<std::string> files;
  int threads = 0;
  bool json = false;
};

// A name as a field of CSV (RFC 4180).
std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) result += c == '"' ? std::string("\"\"") : std::string(1, c);
  return result + '"';
}

void score(const Options& options, Context& context) {
  const NamedModel named = load_named(options.model);
  const corpus::Corpus corpus = read_for(named.model.config, options.files, 1, context);
  OrderedJson json = OrderedJson::array();
  if (!options.json) {
    fmt::print("piece,bar,quarter,step,pitch,name,length,onset_nats,held_nats\n");
  }
  for (const corpus::Piece& piece : corpus.pieces) {
    const listening::Surprise surprise = listening::surprise(
        named.model, piece.roll, piece.name, options.threads, context.progress, context.stop);
    if (context.stop.requested()) return;
    const roll::Bars bars(piece.roll.meters, piece.roll.grid);
    OrderedJson notes = OrderedJson::array();
    for (const auto& [note, onset, held] : listening::note_surprises(piece.roll, surprise)) {
      const roll::Bar bar = bars.at(note.onset);
      const double quarter = (note.onset - bar.begin) / piece.roll.grid;
      if (options.json) {
        notes.push_back({{"bar", bar.number},
                         {"quarter", quarter},
                         {"step", note.onset},
                         {"pitch", note.pitch},
                         {"name", listening::pitch_name(note.pitch)},
                         {"length", note.length},
                         {"onset_nats", onset},
                         {"held_nats", held}});
      } else {
        fmt::print("{},{},{:g},{},{},{},{},{:.4f},{:.4f}\n", quoted(piece.name), bar.number,
                   quarter, note.onset, note.pitch, listening::pitch_name(note.pitch), note.length,
                   onset, held);
      }
    }
    const double per_step = -surprise.nats / std::max(piece.roll.steps, 1);
    context.progress.message(fmt::format("{}: {:.4f} nats a step", piece.name, per_step));
    if (!options.json) continue;
    OrderedJson steps = OrderedJson::array();
    for (int t = 0; t < surprise.steps; ++t) steps.push_back(surprise.of_step(t));
    json.push_back({{"piece", piece.name},
                    {"grid", piece.roll.grid},
                    {"steps", piece.roll.steps},
                    {"nats_per_step", per_step},
                    {"notes", std::move(notes)},
                    {"step_nats", std::move(steps)}});
  }
  if (options.json)
    fmt::print("{}\n", json.dump(2, ' ', false, OrderedJson::error_handler_t::replace));
}

}  // namespace

void add_score(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  add_model(app, options->model)->required();
  app.add_option("FILE", options->files, "pieces to listen to")->required();
  app.add_option("--threads", options->threads, "0: the processor's")->capture_default_str();
  app.add_flag("--json", options->json, "JSON instead of CSV, with the nats of each step too");
  app.callback([options, &context] { score(*options, context); });
}

}  // namespace toccata::cli
