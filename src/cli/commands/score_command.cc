#include <memory>

#include "base/files.h"
#include "cli/commands/commands.h"
#include "cli/commands/model_argument.h"
#include "cli/shell/option_values.h"
#include "cli/shell/version.h"
#include "tasks/score.h"

namespace toccata::cli {
namespace {

struct Options {
  ModelArgument model;
  tasks::ScoreOptions score;
  std::string csv;
  bool dark = false, json = false;
};

void score(Options options, Context& context) {
  if (options.dark) options.score.roll.theme = rendering::Theme::dark;
  const NamedModel named = load_named(options.model);
  OrderedJson list = OrderedJson::array();
  std::string csv = tasks::kScoreColumns;
  const bool csv_to_stdout = options.csv.empty() && !options.json;
  const auto scored = [&](const tasks::ScoredPiece& piece) {
    if (options.json) {
      OrderedJson json = {{"piece", piece.piece.name},
                          {"program", version_text()},
                          {"model", options.model.name},
                          {"model_hash", named.model.hash}};
      json.update(tasks::to_json(piece));
      list.push_back(std::move(json));
    }
    if (csv_to_stdout || !options.csv.empty()) csv += tasks::to_csv(piece);
    if (csv_to_stdout && !csv.empty()) {
      csv.pop_back();  // the last line's end, which print sets
      context.progress.print(std::exchange(csv, {}));
    }
    if (!piece.picture.empty())
      context.progress.message(fmt::format("{}: the picture", piece.picture.string()));
    context.progress.message(
        fmt::format("{}: {:.4f} nats per step", piece.piece.name, piece.per_step()));
  };
  tasks::score(named, options.model.name, options.score, scored, context.progress, context.stop);
  if (context.stop.requested()) return;
  if (!options.csv.empty()) write_file(options.csv, csv);
  if (options.json)
    context.progress.print(list.dump(2, ' ', false, OrderedJson::error_handler_t::replace));
}

}  // namespace

void add_score(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  add_model(app, options->model)->required();
  app.add_option("FILE", options->score.files, "pieces to score")->required();
  app.add_option("--picture", options->score.picture,
                 "draw a piano roll with each note in the colour of its surprise into this .svg or "
                 ".png file; svg or png alone: beside each FILE; {} in a name: the piece's own")
      ->type_name("FILE");
  app.add_option("--csv", options->csv, "write the CSV into this file (default: standard output)")
      ->type_name("FILE");
  app.add_flag("--json", options->json,
               "report as JSON on standard output, with the nats of each step, instead of CSV");
  app.add_option("--most", options->score.most, "nats at which the colours of the picture end")
      ->check(between(0.1, 100.0))
      ->capture_default_str();
  app.add_option("--width", options->score.roll.width, "width of the picture, in pixels")
      ->check(between(400.0, 10000.0))
      ->capture_default_str();
  app.add_flag("--dark", options->dark, "draw the picture for a dark page");
  app.add_option("--threads", options->score.threads, "threads; 0: as many as the processor has")
      ->capture_default_str();
  app.callback([options, &context] { score(*options, context); });
}

}  // namespace toccata::cli
