#include "cli/commands/commands.h"

#include <cstdlib>
#include <map>
#include <memory>
#include <set>

#include "base/files.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/text.h"
#include "base/this_process.h"
#include "cli/commands/train_command_observer.h"
#include "cli/shell/option_values.h"
#include "runs/checkpoint.h"
#include "runs/model_name.h"
#include "training/clock.h"
#include "training/data.h"
#include "training/fit.h"
#include "training/launch.h"
#include "training/option_list.h"
#include "training/options_file.h"
#include "training/ranks.h"
#include "training/resumed.h"
#include "training/torch_plugin.h"
#include "training/trainer.h"

namespace toccata::cli {
namespace {
namespace fs = std::filesystem;

struct Given {
  std::vector<std::string> paths;
  std::string config;
  bool resume = false;
  bool json = false;
  int sample_steps = 256;
  std::map<std::string, std::string> texts;  // by option, as typed or from the environment
};

/// The newest checkpoint that belongs to a restored model: itself, or its run's newest.
fs::path optimiser_of(const fs::path& model, Progress& progress) {
  if (fs::exists(model / "learner.safetensors")) return model;
  const auto newest = runs::newest_checkpoint(runs::RunFolder{model}, progress);
  return newest ? newest->path : fs::path();
}

training::Restored load_restored(const std::string& name, const std::string& output,
                                 Progress& progress) {
  training::Restored restored;
  restored.folder = runs::find_model(name, {.output = output});
  restored.model = network::load_model(restored.folder);
  restored.optimiser = optimiser_of(restored.folder, progress);
  return restored;
}

/// One value of an option before the rest is resolved: where to look for runs, what to restore.
template <typename Field>
Field early(const training::TrainOptions& below, const Given& given, const char* key,
            Field training::TrainOptions::*field) {
  training::TrainOptions options = below;
  if (!given.config.empty()) training::apply_toml(options, given.config);
  const auto found = given.texts.find(key);
  if (found != given.texts.end()) training::apply_text(options, key, found->second);
  return options.*field;
}

/// Flags > environment > config file > what a resumed run or restored model was > defaults.
training::TrainOptions resolve(const Given& given, std::optional<training::Restored>& restored,
                               Progress& progress) {
  using training::TrainOptions;
  TrainOptions options;
  const std::string output = early(options, given, "output", &TrainOptions::output);
  const std::string name = early(options, given, "name", &TrainOptions::name);
  if (name.empty()) fail_usage("what shall the run be called? Give --name");
  TrainOptions before;
  if (given.resume) {
    const runs::RunFolder run = runs::open_run(output, name);
    before = training::stored_options(run.options());
    options = before;
    // A run that had restored a model and was killed before its first checkpoint begins with it
    // again. What is damaged of it is told when it is loaded.
    Progress silent;
    if (!options.restore.empty() && !runs::newest_checkpoint(run, silent))
      restored = load_restored(options.restore, output, progress);
  } else if (const std::string model = early(options, given, "restore", &TrainOptions::restore);
             !model.empty()) {
    restored = load_restored(model, output, progress);
    options.model = restored->model.config;
  }
  if (!given.config.empty()) training::apply_toml(options, given.config);
  training::apply_texts(options, given.texts);
  if (!given.paths.empty()) options.paths = given.paths;
  if (given.resume) training::check_resumed(before, options, runs::open_run(output, name).path);
  const bool endless = options.batches == 0 && options.epochs == 0 && options.minutes == 0;
  if (endless && options.stages.empty()) options.minutes = 20;
  training::check(options);
  return options;
}

/// What the user said, or a restored model is: nothing else is chosen in its place.
training::Given fixed_by(const Given& given, bool restored) {
  std::set<std::string> keys;
  if (!given.config.empty()) keys = training::toml_keys(given.config);
  for (const auto& [key, text] : given.texts) keys.insert(key);
  training::Given fixed;
  fixed.units = restored || keys.contains("time-units") || keys.contains("note-units");
  fixed.mix_units = restored || keys.contains("mix-units");
  fixed.echoes = restored || keys.contains("echoes");
  fixed.batch_size = keys.contains("batch-size");
  fixed.time_steps = keys.contains("time-steps");
  fixed.validate_every = keys.contains("validate-every");
  fixed.save_every = keys.contains("save-every");
  return fixed;
}

/// A run that goes on must go on with its own model; what its music has become shows as it is read.
void refuse_other_model(const runs::RunFolder& run, const training::TrainOptions& options) {
  if (!(training::stored_options(run.options()).model == options.model))
    fail_usage(
        "--resume: its music is read otherwise than when {} began ({}): it has become other music; "
        "start another run with --restore",
        run.name(), run.options().string());
}

void tell_import(const training::TrainingData& data, Progress& progress) {
  for (const corpus::Corpus& corpus : data.corpora) {
    for (const corpus::FileReport& file : corpus.report.files)
      if (!file.kept) progress.warning(fmt::format("{}: left out: {}", file.name, file.reason));
    const corpus::ImportTotals sum = corpus::totals(corpus.report);
    long notes = 0;  // the sum counts those of left-out pieces too
    for (const corpus::FileReport& file : corpus.report.files)
      if (file.kept) notes += file.notes_kept;
    std::string text = fmt::format("Read {} in {:.1f} s, kept {}: {}", counted(sum.files, "piece"),
                                   corpus.report.seconds, sum.kept, counted(notes, "note"));
    if (sum.repaired > 0) text += fmt::format("; {} repaired", counted(sum.repaired, "file"));
    if (sum.merged > 0) text += fmt::format("; {} merged", counted(sum.merged, "note"));
    if (sum.folded > 0) text += fmt::format("; {} folded into the range", sum.folded);
    if (sum.dropped > 0) text += fmt::format("; {} outside the range dropped", sum.dropped);
    if (sum.drums > 0) text += fmt::format("; {} left out", counted(sum.drums, "drum note"));
    progress.message(text + " (toccata import tells more)");
  }
}

/// A run that failed before it wrote anything leaves its name free.
struct RemovedIfEmpty {
  explicit RemovedIfEmpty(fs::path run) : folder(std::move(run)) {}
  RemovedIfEmpty(const RemovedIfEmpty&) = delete;
  RemovedIfEmpty& operator=(const RemovedIfEmpty&) = delete;
  fs::path folder;
  ~RemovedIfEmpty() {
    std::error_code not_empty;
    fs::remove(folder, not_empty);
  }
};

/// What the first process found out and the others are told.
struct Order {
  training::TrainOptions options;
  runs::RunFolder run;
  bool resume = false;
  std::set<std::string> trained;  // hashes of music that the weights have learned from
  bool sized = false;             // the sizes are a restored model's

  std::string text() const {
    OrderedJson json;
    json["options"] = training::to_toml(options);
    json["run"] = run.path.string();
    json["resume"] = resume;
    json["trained"] = trained;
    return json.dump();
  }
  void take(const std::string& text) {
    const Json json = Json::parse(text);
    training::apply_toml_text(options, json["options"].get<std::string>(), "the first process");
    run.path = json["run"].get<std::string>();
    resume = json["resume"].get<bool>();
    trained = json["trained"].get<std::set<std::string>>();
  }
};

/// Of the first process: resolves the options and opens the run's folder.
Order first_order(Given given, const training::Launch& launch, Progress& progress,
                  std::optional<training::Restored>& restored) {
  using training::TrainOptions;
  // What a launcher starts again goes on where it stood.
  const TrainOptions usual;
  const runs::RunFolder begun{fs::path(early(usual, given, "output", &TrainOptions::output)) /
                              early(usual, given, "name", &TrainOptions::name)};
  if (launch.restarted && fs::exists(begun.options())) given.resume = true;
  Order order;
  order.resume = given.resume;
  order.options = resolve(given, restored, progress);
  training::resolve_precision(order.options, progress);
  // Before the music is read: what is missing, and a name that is taken, are told at once.
  training::load_what_is_needed(order.options);
  order.run = given.resume ? runs::open_run(order.options.output, order.options.name)
                           : runs::create_run(order.options.output, order.options.name);
  if (restored) order.trained = training::trained_hashes(restored->folder);
  if (given.resume) order.trained.merge(training::trained_hashes(order.run.path));
  order.sized = restored.has_value();
  return order;
}

/// Shares of different music would be no shares.
void demand_same_music(const training::TrainingData& data, training::Ranks& ranks) {
  std::string names;
  for (const training::Pieces* pieces : {&data.train, &data.valid, &data.test})
    for (const corpus::Piece* piece : *pieces) names += piece->name + piece->hash;
  const std::string here = fmt::format("{} pieces, {}", data.train.size() + data.valid.size(),
                                       hash_hex(names).substr(0, 12));
  const std::string first = ranks.broadcast(here);
  if (here != first)
    fail(
        "process {} reads other music than process 0: {} against {}; all need the same files at "
        "the same paths",
        ranks.rank(), here, first);
}

void train_among(training::Ranks& ranks, const training::Launch& launch, const Given& given,
                 Context& context, const training::Clock& clock) {
  Progress silent;
  Progress& progress = ranks.first() ? context.progress : silent;
  std::optional<training::Restored> restored;
  Order order;
  std::optional<RemovedIfEmpty> nothing_left;
  std::optional<runs::RunLock> lock;
  if (ranks.first()) {
    order = first_order(given, launch, progress, restored);
    nothing_left.emplace(order.run.path);
    lock.emplace(order.run);
  }
  if (ranks.count() > 1) order.take(ranks.broadcast(ranks.first() ? order.text() : ""));
  training::TrainOptions& options = order.options;
  const int threads = options.threads > 0 ? options.threads : training::threads_for(launch);
  options.threads = threads;
  for (const training::Stage& stage : training::resolved_stages(options))
    if (stage.batch_size < ranks.count())
      fail_usage("a batch of {} cannot be shared out to {} processes; a larger --batch-size can",
                 stage.batch_size, ranks.count());

  const training::TrainingData data =
      training::read_data(options, order.trained, progress, ranks.own_stop());
  ranks.barrier();
  if (ranks.stop().requested()) return;
  if (ranks.count() > 1) demand_same_music(data, ranks);
  tell_import(data, progress);
  options.model.roll = data.roll;

  if (order.resume && ranks.first()) refuse_other_model(order.run, options);
  if (!order.resume) {
    if (ranks.first()) {
      const training::Given fixed = fixed_by(given, order.sized);
      options = training::suit(options, fixed, data.train);
      if (options.minutes > 0)
        options = training::fit_to_time(
            options, fixed, data, options.minutes * 60 - clock.seconds(), ranks.count(), progress);
    }
    if (ranks.count() > 1) order.take(ranks.broadcast(order.text()));
    options.threads = threads;
  }
  std::unique_ptr<training::Observer> observer = std::make_unique<training::Observer>();
  if (ranks.first())
    observer = std::make_unique<TrainObserver>(TrainView{.run = order.run,
                                                         .minutes = options.minutes,
                                                         .sample_steps = given.sample_steps,
                                                         .threads = options.threads,
                                                         .processes = ranks.count(),
                                                         .seed = options.seed},
                                               progress, ranks.stop());
  const training::EndReport report = training::train(options, {.run = order.run,
                                                               .data = data,
                                                               .restored = std::move(restored),
                                                               .resume = order.resume,
                                                               .observer = *observer,
                                                               .progress = progress,
                                                               .stop = ranks.stop(),
                                                               .clock = clock,
                                                               .ranks = &ranks});
  if (given.json && ranks.first()) {
    OrderedJson json;
    json["run"] = order.run.path.string();
    json["batches"] = report.update;
    json["epochs"] = report.epoch;
    json["seconds"] = report.seconds;
    json["finished"] = report.reason != training::EndReason::stopped;
    if (report.valid_nats) json["valid_nats_per_step"] = -*report.valid_nats;
    if (report.test_nats) json["test_nats_per_step"] = -*report.test_nats;
    if (ranks.count() > 1) {
      json["processes"] = ranks.count();
      json["waited_seconds"] = report.waited;
    }
    fmt::print("{}\n", json.dump(2));
  }
}

void train(const Given& given, Context& context) {
  const training::SteadyClock clock(process_age());
  const training::Launch launch =
      training::launch_from([](const char* name) -> const char* { return std::getenv(name); });
  const double timeout =
      early(training::TrainOptions(), given, "peer-timeout", &training::TrainOptions::peer_timeout);
  const auto ranks = training::join_ranks(launch, timeout, context.stop);
  try {
    train_among(*ranks, launch, given, context, clock);
  } catch (const std::exception& error) {
    ranks->report_failure(error.what());
    throw;
  }
}

}  // namespace

void add_train(CLI::App& app, Context& context) {
  auto given = std::make_shared<Given>();
  app.add_option("PATH", given->paths, "Folders of music, MIDI files, roll files");
  app.add_option("--config", given->config, "Options from a TOML file (recipes/)")
      ->type_name("FILE")
      ->group("Run");
  app.add_flag("--resume", given->resume, "Go on with the run of this name")->group("Run");
  app.add_option("--sample-steps", given->sample_steps,
                 "Length of the piece composed at each checkpoint; 0: none")
      ->check(at_least(0))
      ->capture_default_str()
      ->group("Watching");
  app.add_flag("--json", given->json, "Say how it ended as JSON")->group("Watching");
  const training::TrainOptions usual;
  training::visit_options(usual, [&](const char* group, const char* key, const auto&,
                                     const char* meaning) {
    app.add_option_function<std::string>(
           std::string("--") + key,
           [given, name = std::string(key)](const std::string& text) { given->texts[name] = text; },
           meaning)
        ->type_name(training::wanted_text(key))
        ->default_str(training::default_text(key))
        ->group(group);
  });
  app.callback([given, &context] { train(*given, context); });
}

}  // namespace toccata::cli
