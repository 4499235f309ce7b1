#include "tasks/train_run.h"

#include <algorithm>
#include <array>
#include <memory>
#include <set>

#include "base/files.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/text.h"
#include "base/this_process.h"
#include "listening/profile.h"
#include "runs/checkpoint.h"
#include "runs/model_name.h"
#include "tasks/base_model.h"
#include "tasks/run_observer.h"
#include "training/backend.h"
#include "training/data.h"
#include "training/evaluator.h"
#include "training/launch.h"
#include "training/option_list.h"
#include "training/options_file.h"
#include "training/plan.h"
#include "training/ranks.h"
#include "training/reports.h"
#include "training/restore.h"
#include "training/trainer.h"

namespace toccata::tasks {
namespace {
namespace fs = std::filesystem;

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
Field early(const training::TrainOptions& below, const TrainRequest& request, const char* key,
            Field training::TrainOptions::*field) {
  training::TrainOptions options = below;
  if (!request.config.empty()) training::apply_toml(options, request.config);
  const auto found = request.texts.find(key);
  if (found != request.texts.end()) training::apply_text(options, key, found->second);
  return options.*field;
}

/// Options by key, wherever the user said them.
std::set<std::string> keys_given(const TrainRequest& request) {
  std::set<std::string> keys;
  if (!request.config.empty()) keys = training::toml_keys(request.config);
  for (const auto& [key, text] : request.texts) keys.insert(key);
  return keys;
}

/// Whether the model to learn on from is to be chosen: in a run of some minutes that leaves the
/// model open.
bool chooses_base(const training::TrainOptions& options, const TrainRequest& request) {
  const std::set<std::string> keys = keys_given(request);
  const bool sized = std::ranges::any_of(
      std::array{"time-units", "note-units", "mix-units", "window", "echoes", "echo-window",
                 "lower-notes", "lower-chord", "heads", "beat", "start-step"},
      [&](const char* key) { return keys.contains(key); });
  return options.from == training::kAutoBase && options.restore.empty() && options.minutes > 0 &&
         !sized;
}

/// Flags > environment > config file > what a resumed run or restored model was > defaults.
training::TrainOptions resolve(const TrainRequest& request,
                               std::optional<training::Restored>& restored, Progress& progress) {
  using training::TrainOptions;
  TrainOptions options;
  const std::string output = early(options, request, "output", &TrainOptions::output);
  const std::string name = early(options, request, "name", &TrainOptions::name);
  if (name.empty()) fail_usage("the run has no name: give it one with --name");
  TrainOptions before;
  if (request.resume) {
    const runs::RunFolder run = runs::open_run(output, name);
    before = training::stored_options(run.options());
    options = before;
    // A run that had restored a model and was killed before its first checkpoint begins with it
    // again. What is damaged of it is told when it is loaded.
    Progress silent;
    if (!runs::newest_checkpoint(run, silent)) {
      if (!options.restore.empty()) restored = load_restored(options.restore, output, progress);
      if (training::names_base(options)) restored = load_base(options.from, output);
    }
  } else if (const std::string model = early(options, request, "restore", &TrainOptions::restore);
             !model.empty() && model != training::kNoModel) {
    restored = load_restored(model, output, progress);
    options.model = restored->model.config;
    options.model.memory = {};  // it was fitted to what the network said before
  } else if (const std::string base = early(options, request, "from", &TrainOptions::from);
             !base.empty() && base != training::kAutoBase && base != training::kNoModel) {
    restored = load_base(base, output);
    options.model = config_from(restored->model.config, options.model.roll);
  }
  if (!request.config.empty()) training::apply_toml(options, request.config);
  training::apply_texts(options, request.texts);
  if (options.restore == training::kNoModel) options.restore.clear();
  if (!options.restore.empty() && training::names_base(options))
    fail_usage(
        "--restore and --from exclude each other: --restore goes on with a model as it is, --from "
        "makes it fit the music");
  if (!request.paths.empty()) options.paths = request.paths;
  if (request.resume) training::check_resumed(before, options, runs::open_run(output, name).path);
  const bool endless = options.batches == 0 && options.epochs == 0 && options.minutes == 0;
  if (endless && options.stages.empty()) options.minutes = 20;
  training::check(options);
  return options;
}

/// What the user said, or a restored model is: nothing else is chosen in its place.
training::FixedOptions fixed_by(const TrainRequest& request, bool restored) {
  const std::set<std::string> keys = keys_given(request);
  training::FixedOptions fixed;
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
    if (sum.merged > 0)
      text += fmt::format("; {} met others on their pitch", counted(sum.merged, "note"));
    if (sum.folded > 0) text += fmt::format("; {} moved into the range", sum.folded);
    if (sum.dropped > 0) text += fmt::format("; {} outside the range left out", sum.dropped);
    if (sum.drums > 0) text += fmt::format("; {} left out", counted(sum.drums, "drum note"));
    progress.message(text + " (toccata import tells more)");
  }
}

/// A run that failed before it wrote anything leaves its name free, and no folder made for it.
struct RemovedIfEmpty {
  explicit RemovedIfEmpty(std::vector<fs::path> made) : folders(std::move(made)) {}
  RemovedIfEmpty(const RemovedIfEmpty&) = delete;
  RemovedIfEmpty& operator=(const RemovedIfEmpty&) = delete;
  std::vector<fs::path> folders;  // innermost first
  ~RemovedIfEmpty() {
    std::error_code not_empty;
    for (const fs::path& folder : folders)
      if (!fs::remove(folder, not_empty)) return;
  }
};

/// The run's folder and those around it that are not there yet, innermost first.
std::vector<fs::path> folders_to_make(const fs::path& run) {
  std::vector<fs::path> folders = {run};
  std::error_code ignored;
  for (fs::path folder = run.parent_path(); !folder.empty() && !fs::exists(folder, ignored);
       folder = folder.parent_path())
    folders.push_back(folder);
  return folders;
}

/// What is usual in the music that the run learned from, for whoever composes with it.
void keep_profile(const runs::RunFolder& run, const training::Pieces& train, int threads) {
  const fs::path path = run.path / listening::kProfileFile;
  const training::InMemory counted(training::to_count_on(train));
  int stretches = 0;
  for (const corpus::Piece* piece : counted.pieces())
    stretches += piece->roll.steps / (listening::kProfileQuarters.front() * piece->roll.grid);
  if (stretches < 2 || fs::exists(path)) return;
  write_file(path,
             listening::to_json(listening::profile(counted.pieces(), threads)).dump(1) + "\n");
}

/// What the first process found out and the others are told.
struct Setup {
  training::TrainOptions options;
  runs::RunFolder run;
  bool resume = false;
  std::set<std::string> trained;  // hashes of music that the weights have learned from
  std::vector<fs::path> made;     // folders made for the run (of the first process alone)

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
Setup set_up(TrainRequest request, const training::Launch& launch, Progress& progress,
             std::optional<training::Restored>& restored) {
  using training::TrainOptions;
  // What a launcher starts again goes on where it stood.
  const TrainOptions usual;
  const runs::RunFolder begun{fs::path(early(usual, request, "output", &TrainOptions::output)) /
                              early(usual, request, "name", &TrainOptions::name)};
  if (launch.restarted && fs::exists(begun.options())) request.resume = true;
  Setup setup;
  setup.resume = request.resume;
  setup.options = resolve(request, restored, progress);
  training::resolve_precision(setup.options, progress);
  // Before the music is read: what is missing, and a name that is taken, are told at once.
  training::load_what_is_needed(setup.options);
  setup.made = folders_to_make(fs::path(setup.options.output) / setup.options.name);
  setup.run = request.resume ? runs::open_run(setup.options.output, setup.options.name)
                             : runs::create_run(setup.options.output, setup.options.name);
  if (restored) setup.trained = training::trained_hashes(restored->folder);
  if (request.resume) setup.trained.merge(training::trained_hashes(setup.run.path));
  return setup;
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

std::optional<TrainOutcome> train_among(training::Ranks& ranks, const training::Launch& launch,
                                        const TrainRequest& request, Progress& told,
                                        const Clock& clock) {
  Progress silent;
  Progress& progress = ranks.first() ? told : silent;
  std::optional<training::Restored> restored;
  Setup setup;
  std::optional<RemovedIfEmpty> nothing_left;
  std::optional<runs::RunLock> lock;
  if (ranks.first()) {
    setup = set_up(request, launch, progress, restored);
    nothing_left.emplace(setup.made);
    lock.emplace(setup.run);
  }
  if (ranks.count() > 1) setup.take(ranks.broadcast(ranks.first() ? setup.text() : ""));
  training::TrainOptions& options = setup.options;
  const int threads = options.threads > 0 ? options.threads : training::threads_for(launch);
  options.threads = threads;
  for (const training::Stage& stage : training::resolved_stages(options))
    if (stage.batch_size < ranks.count())
      fail_usage("a batch of {} cannot be shared out to {} processes; a larger --batch-size can",
                 stage.batch_size, ranks.count());

  const training::TrainingData data =
      training::read_data(options, setup.trained, progress, ranks.own_stop());
  ranks.barrier();
  if (ranks.stop().requested()) return std::nullopt;
  if (ranks.count() > 1) demand_same_music(data, ranks);
  tell_import(data, progress);
  options.model.roll = data.roll;

  if (setup.resume && ranks.first()) refuse_other_model(setup.run, options);
  if (!setup.resume) {
    if (ranks.first()) {
      if (chooses_base(options, request)) {
        auto found = choose_base(options, data, progress, ranks.stop());
        if (found) {
          options.from = found->name;
          restored = std::move(found->base);
          options.model = config_from(restored->model.config, options.model.roll);
        }
      }
      if (restored && restored->adapt && !keys_given(request).contains("echoes"))
        add_echoes(options.model, training::usual_echoes(data.train));
      if (training::names_base(options)) progress.message(training::told_base(options));
      const training::FixedOptions fixed = fixed_by(request, restored.has_value());
      options = training::suit(options, fixed, data.train);
      if (options.minutes > 0)
        options = training::fit_to_time(
            options, fixed, data, options.minutes * 60 - clock.seconds(), ranks.count(), progress);
    }
    if (ranks.count() > 1) setup.take(ranks.broadcast(setup.text()));
    options.threads = threads;
  }
  std::unique_ptr<training::Observer> observer = std::make_unique<training::Observer>();
  if (ranks.first())
    observer = std::make_unique<RunObserver>(RunView{.run = setup.run,
                                                     .minutes = options.minutes,
                                                     .sample_steps = request.sample_steps,
                                                     .threads = options.threads,
                                                     .processes = ranks.count(),
                                                     .seed = options.seed,
                                                     .program = request.program},
                                             progress, ranks.stop());
  const training::EndReport report = training::train(options, {.run = setup.run,
                                                               .data = data,
                                                               .restored = std::move(restored),
                                                               .resume = setup.resume,
                                                               .observer = *observer,
                                                               .progress = progress,
                                                               .stop = ranks.stop(),
                                                               .clock = clock,
                                                               .ranks = &ranks});
  if (!ranks.first()) return std::nullopt;
  keep_profile(setup.run, data.train, options.threads);
  TrainOutcome outcome{setup.run, report, ranks.count(), std::nullopt};
  if (report.reason != training::EndReason::stopped)
    outcome.verdict = verdict_on(setup.run, options, data, report, progress, ranks.stop());
  return outcome;
}

}  // namespace

std::optional<TrainOutcome> train_run(const TrainRequest& request, Progress& progress,
                                      const Stop& stop) {
  const SteadyClock clock(process_age());
  const training::Launch launch = training::launch_from(environment);
  const double timeout = early(training::TrainOptions(), request, "peer-timeout",
                               &training::TrainOptions::peer_timeout);
  const auto ranks = training::join_ranks(launch, timeout, stop);
  try {
    return train_among(*ranks, launch, request, progress, clock);
  } catch (const std::exception& error) {
    ranks->report_failure(error.what());
    throw;
  }
}

}  // namespace toccata::tasks
