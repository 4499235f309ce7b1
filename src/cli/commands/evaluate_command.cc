#include "cli/commands/commands.h"

#include <memory>

#include "base/json.h"
#include "base/text.h"
#include "cli/commands/model_argument.h"
#include "cli/shell/option_values.h"
#include "rendering/trials_plot.h"
#include "tasks/evaluate_run.h"

namespace toccata::cli {
namespace {
namespace fs = std::filesystem;

struct Options {
  ModelArgument model;
  std::vector<std::string> with;
  std::vector<std::string> paths;
  tasks::EvaluateOptions evaluate;
  std::optional<music::BeatsFrom> beats;
  std::string plot;
  bool strict = false;
  bool json = false;
};

OrderedJson per_piece(const listening::Likelihood& result) {
  OrderedJson list = OrderedJson::array();
  for (const listening::PieceLikelihood& piece : result.pieces) {
    const double steps = std::max(piece.steps, 1);
    list.push_back(
        {{"name", piece.name}, {"steps", piece.steps}, {"nats_per_step", -piece.nats / steps}});
  }
  return list;
}

OrderedJson to_json(const listening::Trials& trials, const listening::TrialOptions& options) {
  OrderedJson json;
  json["trials"] = trials.per_step.size();
  json["batch_size"] = options.sequences;
  json["time_steps"] = options.steps;
  json["seed"] = options.seed;
  json["best"] = trials.best();
  json["median"] = trials.median();
  json["mean"] = trials.mean();
  json["per_trial"] = trials.per_step;
  return json;
}

// Where the plot of a part's trials goes: `plot` itself, or plot-PART where several are told.
fs::path plot_path(const fs::path& plot, const std::string& part, bool only) {
  if (only) return plot;
  return plot.parent_path() /
         fmt::format("{}-{}{}", plot.stem().string(), part, plot.extension().string());
}

OrderedJson to_json(const tasks::PartEvaluation& of, const Options& options, int notes) {
  OrderedJson row;
  row["pieces"] = of.likelihood.pieces.size();
  row["steps"] = of.likelihood.steps;
  row["nats_per_step"] = of.likelihood.per_step();
  row["nats_per_step_88"] = of.likelihood.per_step_88(notes);
  row["baseline"] = of.baseline;
  row["baseline_counted_on"] = of.baseline_counted_on;
  if (of.trials) row["trials"] = to_json(*of.trials, options.evaluate.trials);
  row["per_piece"] = per_piece(of.likelihood);
  return row;
}

void draw(const tasks::PartEvaluation& of, const Options& options, bool only, Progress& progress) {
  rendering::TrialsPlot plot;
  plot.title = fmt::format("{}: {} of {} per trial, {}", options.model.name,
                           counted(options.evaluate.trials.sequences, "window"),
                           counted(options.evaluate.trials.steps, "step"), of.part);
  plot.values = of.trials->per_step;
  const fs::path path = plot_path(options.plot, of.part, only);
  rendering::write_picture(path, rendering::trials_plot(plot));
  progress.message(path.string());
}

void print_begun(const tasks::PartEvaluation& of, TerminalProgress& progress) {
  progress.print(fmt::format(
      "{}: {}; baseline (marginal frequencies of {}): {:.4f} nats per step", of.part,
      counted(of.pieces, "piece"),
      of.baseline_counted_on == "train" ? "train" : "these pieces, for want of a training part",
      of.baseline));
}

void print(const tasks::PartEvaluation& of, const Options& options, int notes,
           TerminalProgress& progress) {
  progress.print(fmt::format("{}: {:.4f} nats per step over {} (scaled to 88 notes: {:.4f})",
                             of.part, of.likelihood.per_step(),
                             counted(of.likelihood.steps, "step"),
                             of.likelihood.per_step_88(notes)));
  if (of.trials)
    progress.print(fmt::format("{}: {} of {} of {}: best {:.4f}, median {:.4f}, mean {:.4f}",
                               of.part, counted(of.trials->per_step.size(), "trial"),
                               counted(options.evaluate.trials.sequences, "window"),
                               counted(options.evaluate.trials.steps, "step"), of.trials->best(),
                               of.trials->median(), of.trials->mean()));
}

void evaluate(const Options& options, Context& context) {
  const tasks::EvaluateOptions& how = options.evaluate;
  if (!options.plot.empty() && how.trials.trials == 0) fail_usage("--plot goes with --trials");
  if (!options.plot.empty() && !rendering::is_picture_path(options.plot)) {
    fail_usage("--plot: expected a name that ends with .svg or .png, found {}", options.plot);
  }
  // Wrong sizes are refused before the first part is evaluated.
  if (how.trials.trials > 0) listening::check(how.trials);
  const NamedModel named = load_named(options.model);
  std::vector<network::Model> models{named.model};
  for (const std::string& name : options.with)
    models.push_back(load_named({name, options.model.output}).model);
  const bool own = options.paths.empty();
  const tasks::RunMusic music =
      own ? tasks::run_music(named.run) : tasks::RunMusic{options.paths, 1};
  network::Config config = named.model.config;
  if (options.beats) config.roll.beats = *options.beats;
  const corpus::Corpus corpus = read_for(config, music.paths, music.min_steps, context);
  if (context.stop.requested()) return;
  tasks::tell_moved(corpus, config, options.strict, context.progress);
  const std::vector<tasks::EvaluatedPart> parts =
      tasks::parts_of(corpus, named.folder, named.run, own);
  OrderedJson json;
  tasks::EvaluateObserver observer;
  observer.begun = [&](const tasks::PartEvaluation& of) {
    if (!options.json) print_begun(of, context.progress);
  };
  observer.ended = [&](const tasks::PartEvaluation& of) {
    if (of.trials && !options.plot.empty())
      draw(of, options, parts.size() == 1 || !how.part.empty(), context.progress);
    json[of.part] = to_json(of, options, config.notes());
    if (!options.json) print(of, options, config.notes(), context.progress);
  };
  tasks::evaluate(models, parts, how, observer, context.progress, context.stop);
  if (options.json && !context.stop.requested())
    context.progress.print(json.dump(2, ' ', false, OrderedJson::error_handler_t::replace));
}

}  // namespace

void add_evaluate(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  add_model(app, options->model)->required();
  app.add_option("PATH", options->paths, "music (default: what the run was trained on)");
  app.add_option(
         "--with", options->with,
         "another model, to evaluate together with MODEL by the mean of their logits; can be "
         "repeated")
      ->type_name("MODEL")
      ->allow_extra_args(false);
  one_of(app.add_option("--split", options->evaluate.part,
                        "evaluate only this part (default: all parts)"),
         {"train", "valid", "test", "unseen", "all"});
  app.add_option("--trials", options->evaluate.trials.trials,
                 "also the original's measure, on this many batches of random windows (it had 100)")
      ->check(at_least(0));
  app.add_option("--batch-size", options->evaluate.trials.sequences, "windows per trial")
      ->capture_default_str();
  app.add_option("--time-steps", options->evaluate.trials.steps, "steps per window of a trial")
      ->capture_default_str();
  app.add_option("--seed", options->evaluate.trials.seed, "seed of the trials' windows")
      ->capture_default_str();
  app.add_option("--plot", options->plot, "draw the trials into this .svg or .png file")
      ->type_name("FILE");
  app.add_option("--side-by-side", options->evaluate.sequences, "pieces evaluated at the same time")
      ->capture_default_str()
      ->check(at_least(1));
  one_of<network::Precision>(app.add_option(
      "--precision", options->evaluate.precision,
      "number format of products, to measure what it costs (default: f32; trials always)"));
  one_of<music::BeatsFrom>(app.add_option(
      "--beats", options->beats,
      "where the music's beats are: auto, file or found (default: as the model was trained)"));
  app.add_flag("--strict", options->strict,
               "refuse notes outside the model's range, instead of moving them into it by octaves");
  app.add_option("--threads", options->evaluate.trials.threads,
                 "threads; 0: as many as the processor has")
      ->capture_default_str();
  app.add_flag("--json", options->json, "report each part and piece as JSON");
  app.callback([options, &context] { evaluate(*options, context); });
}

}  // namespace toccata::cli
