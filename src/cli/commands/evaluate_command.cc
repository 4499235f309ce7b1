#include "cli/commands/commands.h"

#include <toml++/toml.h>

#include <map>
#include <memory>

#include "base/json.h"
#include "base/text.h"
#include "cli/commands/model_argument.h"
#include "cli/shell/option_values.h"
#include "listening/likelihood.h"
#include "listening/trials.h"
#include "rendering/trials_plot.h"

namespace toccata::cli {
namespace {
namespace fs = std::filesystem;
using Pieces = std::vector<const corpus::Piece*>;

struct Options {
  ModelArgument model;
  std::vector<std::string> with;
  std::vector<std::string> paths;
  std::string split;
  listening::TrialOptions trials{.trials = 0};
  std::string plot;
  int sequences = 16;
  bool strict = false;
  network::Arithmetic arithmetic = network::Arithmetic::f32;
  bool json = false;
};

// The parts of a corpus, in the order in which they are told.
constexpr std::array<const char*, 5> kParts = {"train", "valid", "test", "unseen", "all"};

struct RunPaths {
  std::vector<std::string> paths;
  int min_steps = 1;
};

// What the run learned from: the paths of its options.toml and of its stages.
RunPaths stored_paths(const std::optional<runs::RunFolder>& run) {
  const auto none = [] {
    fail_usage("this model has no stored paths: name the music, toccata evaluate MODEL PATH…");
  };
  if (!run || !fs::exists(run->options())) none();
  RunPaths stored;
  try {
    const toml::table table = toml::parse_file(run->options().string());
    const auto add = [&stored](toml::node_view<const toml::node> list) {
      if (!list.is_array()) return;
      for (const toml::node& entry : *list.as_array()) {
        const auto path = entry.value<std::string>();
        if (path &&
            std::find(stored.paths.begin(), stored.paths.end(), *path) == stored.paths.end()) {
          stored.paths.push_back(*path);
        }
      }
    };
    add(table["paths"]);
    if (const toml::array* stages = table["stages"].as_array()) {
      for (const toml::node& stage : *stages) {
        if (const toml::table* values = stage.as_table()) add((*values)["paths"]);
      }
    }
    stored.min_steps = table["min-steps"].value_or(1);
  } catch (const toml::parse_error& error) {
    fail("{}: line {}: {}", run->options().string(), error.source().begin.line,
         error.description());
  }
  if (stored.paths.empty()) none();
  return stored;
}

// Where the run's split.json puts a piece, by its name or, named otherwise now, by its music.
class RunSplit {
 public:
  explicit RunSplit(const fs::path& folder, const std::optional<runs::RunFolder>& run) {
    fs::path file = folder / "split.json";
    if (run && !fs::exists(file)) file = run->path / "split.json";
    if (!fs::exists(file)) return;
    known_ = true;
    const Json json = read_json(file);
    const Json hashes = json_get_or<Json>(json, "hashes", Json::object(), file.string());
    using Names = std::vector<std::string>;
    for (const char* part : {"train", "valid", "test"}) {
      for (const auto& name : json_get_or<Names>(json, part, {}, file.string())) {
        by_name_[name] = part;
      }
      for (const auto& hash : json_get_or<Names>(hashes, part, {}, file.string())) {
        by_hash_[hash] = part;
      }
    }
  }
  bool known() const { return known_; }
  std::string part_of(const corpus::Piece& piece, bool names_are_the_runs) const {
    if (names_are_the_runs) {
      if (const auto found = by_name_.find(piece.name); found != by_name_.end()) {
        return found->second;
      }
    }
    const auto found = by_hash_.find(piece.hash);
    return found == by_hash_.end() ? "unseen" : found->second;
  }

 private:
  bool known_ = false;
  std::map<std::string, std::string> by_name_, by_hash_;
};

std::map<std::string, Pieces> parts_of(const corpus::Corpus& corpus, const RunSplit& split,
                                       bool runs_own_paths) {
  std::map<std::string, Pieces> parts;
  for (const corpus::Piece& piece : corpus.pieces) {
    const auto given = corpus.given_split.find(piece.name);
    std::string part = "all";
    if (runs_own_paths && split.known()) {
      part = split.part_of(piece, true);
    } else if (given != corpus.given_split.end()) {
      part = given->second == corpus::Part::train   ? "train"
             : given->second == corpus::Part::valid ? "valid"
                                                    : "test";
    } else if (!corpus.given_split.empty()) {
      part = "unseen";
    } else if (split.known()) {
      part = split.part_of(piece, false);
    }
    parts[part].push_back(&piece);
  }
  return parts;
}

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

// A note that was moved into the model's range is other music than the file's: it is said, or
// refused.
void tell_moved(const corpus::Corpus& corpus, const network::Config& config, bool strict,
                Context& context) {
  long notes = 0;
  std::vector<std::string> names;
  for (const corpus::FileReport& file : corpus.report.files) {
    if (!file.kept || file.folded == 0) continue;
    notes += file.folded;
    names.push_back(file.name);
  }
  if (notes == 0) return;
  const std::string what =
      fmt::format("{} in {} {} outside the model's range, {} to {}", counted(notes, "note"),
                  names.size() == 1 ? names.front() : counted(names.size(), "piece"),
                  notes == 1 ? "lies" : "lie", config.roll.low, config.roll.high);
  if (strict) fail("{}; without --strict they are moved into it by octaves", what);
  context.progress.warning(what + "; moved into it by octaves (--strict refuses them)");
}

void evaluate(const Options& options, Context& context) {
  if (!options.plot.empty() && options.trials.trials == 0) fail_usage("--plot goes with --trials");
  if (!options.plot.empty() && !rendering::is_picture_path(options.plot)) {
    fail_usage("--plot: expected a name that ends with .svg or .png, found {}", options.plot);
  }
  // Wrong sizes shall not be found when half of the figures stand.
  if (options.trials.trials > 0) listening::check(options.trials);
  const NamedModel named = load_named(options.model);
  std::vector<network::Model> models{named.model};
  for (const std::string& name : options.with)
    models.push_back(load_named({name, options.model.output}).model);
  const listening::Models listeners{std::span<const network::Model>(models)};
  if (models.size() > 1 && options.trials.trials > 0)
    fail_usage("--trials measures one model: leave --with out");
  const network::Config& config = named.model.config;
  const bool own = options.paths.empty();
  const RunPaths stored = own ? stored_paths(named.run) : RunPaths{options.paths, 1};
  const corpus::Corpus corpus = read_for(config, stored.paths, stored.min_steps, context);
  if (context.stop.requested()) return;
  tell_moved(corpus, config, options.strict, context);
  const std::map<std::string, Pieces> parts =
      parts_of(corpus, RunSplit(named.folder, named.run), own);
  if (!options.split.empty() && !parts.contains(options.split)) {
    std::string found;
    for (const auto& [part, pieces] : parts) {
      found += fmt::format("{}{} ({})", found.empty() ? "" : ", ", part,
                           counted(pieces.size(), "piece"));
    }
    fail_usage(
        "there is no {} part in this music; found: {}. A split.json beside it would say "
        "what belongs to which",
        options.split, found);
  }
  const auto train = parts.find("train");
  OrderedJson json;
  for (const char* part : kParts) {
    const auto found = parts.find(part);
    if (found == parts.end() || (!options.split.empty() && options.split != part)) continue;
    const Pieces& pieces = found->second;
    // Counted on the training part; where there is none, on the pieces themselves: a rival that has
    // seen them.
    const bool seen = train == parts.end();
    const double baseline = listening::baseline(seen ? pieces : train->second, pieces).per_step();
    if (!options.json) {
      fmt::print("{}: {}; baseline (marginal frequencies of {}): {:.4f} nats a step\n", part,
                 counted(pieces.size(), "piece"),
                 seen ? "these pieces, for want of a training part" : "train", baseline);
      std::fflush(stdout);
    }
    const listening::Likelihood result = listening::likelihood(listeners, pieces,
                                                               {.sequences = options.sequences,
                                                                .threads = options.trials.threads,
                                                                .arithmetic = options.arithmetic},
                                                               context.progress, context.stop);
    std::optional<listening::Trials> trials;
    if (options.trials.trials > 0 && !context.stop.requested()) {
      trials = listening::run_trials(named.model, pieces, options.trials, context.progress,
                                     context.stop);
    }
    if (context.stop.requested()) return;
    if (trials && !options.plot.empty()) {
      rendering::TrialsPlot plot;
      plot.title = fmt::format("{}: {} of {} a trial, {}", options.model.name,
                               counted(options.trials.sequences, "window"),
                               counted(options.trials.steps, "step"), part);
      plot.values = trials->per_step;
      const fs::path path =
          plot_path(options.plot, part, parts.size() == 1 || !options.split.empty());
      rendering::write_picture(path, rendering::trials_plot(plot));
      context.progress.message(path.string());
    }
    OrderedJson row;
    row["pieces"] = result.pieces.size();
    row["steps"] = result.steps;
    row["nats_per_step"] = result.per_step();
    row["nats_per_step_88"] = result.per_step_88(config.notes());
    row["baseline"] = baseline;
    row["baseline_counted_on"] = seen ? part : "train";
    if (trials) row["trials"] = to_json(*trials, options.trials);
    row["per_piece"] = per_piece(result);
    json[part] = std::move(row);
    if (options.json) continue;
    fmt::print("{}: {:.4f} nats a step over {} (scaled to 88 notes: {:.4f})\n", part,
               result.per_step(), counted(result.steps, "step"),
               result.per_step_88(config.notes()));
    if (trials) {
      fmt::print("{}: {} of {} of {}: best {:.4f}, median {:.4f}, mean {:.4f}\n", part,
                 counted(trials->per_step.size(), "trial"),
                 counted(options.trials.sequences, "window"), counted(options.trials.steps, "step"),
                 trials->best(), trials->median(), trials->mean());
    }
  }
  if (options.json)
    fmt::print("{}\n", json.dump(2, ' ', false, OrderedJson::error_handler_t::replace));
}

}  // namespace

void add_evaluate(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  add_model(app, options->model)->required();
  app.add_option("PATH", options->paths, "music (default: what the run was trained on)");
  app.add_option("--with", options->with,
                 "a further model that listens together with MODEL (again and again): the mean of "
                 "their logits")
      ->type_name("MODEL")
      ->allow_extra_args(false);
  one_of(app.add_option("--split", options->split, "only this part (default: all that there are)"),
         {"train", "valid", "test", "unseen", "all"});
  app.add_option("--trials", options->trials.trials,
                 "the original's measure too: so many batches of random windows (it had 100)")
      ->check(at_least(0));
  app.add_option("--batch-size", options->trials.sequences, "windows in a trial's batch")
      ->capture_default_str();
  app.add_option("--time-steps", options->trials.steps, "steps in a trial's window")
      ->capture_default_str();
  app.add_option("--seed", options->trials.seed, "names the trials' windows")
      ->capture_default_str();
  app.add_option("--plot", options->plot, "the trials as a picture, .svg or .png")
      ->type_name("FILE");
  app.add_option("--side-by-side", options->sequences, "pieces evaluated at the same time")
      ->capture_default_str()
      ->check(at_least(1));
  one_of<network::Arithmetic>(
      app.add_option("--precision", options->arithmetic,
                     "of the arithmetic, to see what it costs (default: f32; trials always)"));
  app.add_flag("--strict", options->strict,
               "refuse notes outside the model's range, which are moved into it by octaves");
  app.add_option("--threads", options->trials.threads, "0: the processor's")->capture_default_str();
  app.add_flag("--json", options->json, "an object for each part, with each piece in it");
  app.callback([options, &context] { evaluate(*options, context); });
}

}  // namespace toccata::cli
