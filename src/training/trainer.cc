#include "training/trainer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/files.h"
#include "training/backend.h"
#include "training/batch_queue.h"
#include "training/checkpoint.h"
#include "training/evaluator.h"
#include "training/learner.h"
#include "training/options_file.h"
#include "training/reports.h"
#include "training/restore.h"
#include "training/schedule.h"

namespace toccata::training {
namespace {

// The story of a run, then what it is made of.

class Trainer {
 public:
  Trainer(const TrainOptions& options, const RunContext& context);
  EndReport run();

 private:
  void begin();
  void open_stage();
  void next_stage();
  void learn_from_one_batch();
  void validate();
  void save() { save(options_.save_failure); }
  void save(SaveFailure on_failure);
  EndReport finish(EndReason reason);

  void resume_or_restore();
  void broadcast_start();
  void average_models();
  void synchronise();
  double broadcast(double mine);
  void keep_to_the_minutes();
  void tell_start();
  void learn(const music::Batch& batch);
  void hear_of_updates(bool all);
  void hear(const UpdateFigures& figures);
  bool asked_to_save();
  bool over() const;
  bool out_of_time() const {
    return ranks_.count() > 1 ? out_of_time_ : budget_ && budget_->over(clock_.seconds());
  }
  bool out_of_patience() const {
    return options_.patience > 0 && position_.worse_in_a_row >= options_.patience;
  }
  /// Where a checkpoint was made between an update and the validation that was due after it.
  bool validation_is_owed() const {
    return position_.update > 0 && due(options_.validate_every) &&
           position_.looked_update != position_.update;
  }
  /// What falls due as the time ends is left to the end itself.
  bool due(int every) const { return position_.update % every == 0 && !out_of_time(); }
  network::Model model() const;
  network::TensorFile learned() const;
  [[noreturn]] void end_badly(const std::string& why) const;

  const TrainOptions options_;
  const RunContext& context_;
  SingleRank single_;
  Ranks& ranks_;
  const std::vector<Stage> stages_;
  RunSchedule schedule_;
  std::unique_ptr<Learner> learner_;
  Position position_;
  RunClock clock_;
  RecentUpdates recent_;
  Evaluator evaluator_;
  std::optional<Budget> budget_;  // of a run that is measured in minutes
  bool out_of_time_ = false;      // as agreed where several train

  std::unique_ptr<BatchQueue> batches_;
  bool reached_ = false;  // the last stage's aim in nats
  std::filesystem::path last_checkpoint_;
  std::int64_t saved_update_ = -1;
  int saves_heard_ = 0;  // of the stop's requests to save
};

EndReport Trainer::run() {
  begin();
  if (validation_is_owed()) validate();
  while (!over() && !context_.stop.requested()) {
    if (schedule_.stage_over(position_)) next_stage();
    learn_from_one_batch();
    if (due(options_.validate_every)) validate();
    const bool asked = asked_to_save();
    if (asked || due(options_.save_every)) save();
    if (out_of_patience()) return finish(EndReason::patience);
  }
  return finish(context_.stop.requested() ? EndReason::stopped : EndReason::finished);
}

void Trainer::begin() {
  if (ranks_.first()) {
    resume_or_restore();
    write_file(context_.run.options(), to_toml(options_));
    write_file(context_.run.path / "split.json", split_json(context_.data).dump(1) + "\n");
  }
  broadcast_start();
  open_stage();
  if (options_.minutes > 0) keep_to_the_minutes();
  synchronise();
  tell_start();
  if (context_.resume && over())
    context_.progress.message(fmt::format(
        "The run had come to its end after {} batches: to learn on, resume it with more "
        "--batches, --epochs or --minutes",
        position_.update));
}

void Trainer::learn_from_one_batch() {
  const double begun = clock_.seconds();
  const BatchQueue::Item item = batches_->next();
  recent_.learning_rate =
      base_learning_rate(options_.optimiser) *
      schedule_factor(options_.schedule, position_.update, schedule_.updates(position_));
  learn(item.batch);
  ++position_.update;
  ++position_.in_stage;
  position_.place = item.after;
  position_.epoch = item.epoch;
  recent_.seconds += clock_.seconds() - begun;
  hear_of_updates(false);
  if (budget_) {
    budget_->learned(clock_.seconds() - begun);
    schedule_.plan(budget_->updates(position_.update, clock_.seconds()));
  }
  if (position_.update % options_.local_updates != 0) return;
  average_models();
  synchronise();
}

void Trainer::validate() {
  average_models();
  hear_of_updates(true);
  const double begun = clock_.seconds();
  const std::optional<double> nats = evaluator_.validate(model());
  if (position_.looked_update != position_.update) return;  // stopped meanwhile
  if (budget_) {
    const double taken = clock_.seconds() - begun;
    budget_->looked(taken);
    if (nats && evaluator_.sample_is_whole())
      budget_->judges_a_frame_in(taken / static_cast<double>(evaluator_.sample_frames()));
    synchronise();
  }
  const double aim = stages_[position_.stage].nats;
  if (!nats || aim >= 0 || *nats > -aim) return;
  context_.progress.message(fmt::format("Reached {:.3f} nats per step", aim));
  if (schedule_.last_stage(position_))
    reached_ = true;
  else
    next_stage();
}

void Trainer::save(SaveFailure on_failure) {
  average_models();
  hear_of_updates(true);
  const double begun = clock_.seconds();
  position_.seconds = begun;
  // What a resumed run will begin with, all go on with from here: processors may round apart.
  if (ranks_.count() > 1) learner_->take_from_first(ranks_);
  const network::Model now = model();
  const network::TensorFile state = ranks_.first() ? learned() : network::TensorFile();
  const bool saved = written(on_failure, ranks_, context_.progress, [&] {
    last_checkpoint_ = save_checkpoint(context_.run, now, state, position_, options_);
    if (position_.best_update < 0) evaluator_.keep(now, std::nullopt);
  });
  if (saved) {
    saved_update_ = position_.update;
    context_.observer.on_save({.update = position_.update, .path = last_checkpoint_, .model = now});
  }
  if (budget_) budget_->saved(clock_.seconds() - begun);
  synchronise();
}

EndReport Trainer::finish(EndReason reason) {
  average_models();
  hear_of_updates(true);
  batches_.reset();
  EndReport report;
  report.reason = reason;
  report.update = position_.update;
  report.epoch = position_.epoch;
  const std::int64_t best_before = position_.best_update;
  if (reason != EndReason::stopped)
    evaluator_.evaluate_held_out(model(), budget_ ? broadcast(budget_->judged_share()) : 1, report);
  if (context_.stop.requested()) report.reason = EndReason::stopped;
  if (saved_update_ != position_.update)
    save(SaveFailure::stop);
  else if (position_.best_update != best_before && ranks_.first())  // it does not know it yet
    save_checkpoint(context_.run, model(), learned(), position_, options_);
  report.seconds = clock_.seconds();
  report.waited = ranks_.waited();
  context_.observer.on_end(report);
  ranks_.barrier();  // nobody leaves before the first has written everything
  return report;
}

Trainer::Trainer(const TrainOptions& options, const RunContext& context)
    : options_(options),
      context_(context),
      single_(context.stop),
      ranks_(context.ranks ? *context.ranks : single_),
      stages_(resolved_stages(options)),
      schedule_(options, context.data),
      learner_(make_learner(options, first_values(options, context.restored, context.data.train),
                            &ranks_, context.engine ? context.engine(options) : nullptr)),
      clock_{context.clock},
      evaluator_(options_, context, clock_, ranks_, position_, recent_) {}

void Trainer::resume_or_restore() {
  std::optional<LoadedCheckpoint> loaded;
  if (context_.resume) loaded = load_newest_checkpoint(context_.run, context_.progress);
  if (loaded) {
    learner_->load(loaded->learner, loaded->path.string());
    position_ = loaded->position;
    if (position_.stage >= stages_.size())
      fail("{} stands in stage {}, and this run has {}: resume with the stages it began with",
           loaded->path.string(), position_.stage + 1, stages_.size());
    last_checkpoint_ = loaded->path;
    saved_update_ = position_.update;
  } else if (context_.restored) {
    restore_optimiser(*learner_, *context_.restored, context_.progress);
  }
}

/// All processes begin where the first does.
void Trainer::broadcast_start() {
  if (ranks_.count() > 1) {
    learner_->take_from_first(ranks_);
    const std::string where = ranks_.broadcast(to_json(position_).dump());
    position_ = position_from_json(Json::parse(where), "the first process");
    saved_update_ = static_cast<std::int64_t>(broadcast(static_cast<double>(saved_update_)));
  }
  clock_.before = position_.seconds;
}

/// Where each process learns on its own: one model again.
void Trainer::average_models() {
  if (ranks_.count() > 1 && options_.local_updates > 1) learner_->average_with(ranks_);
}

/// What hangs on a signal or a clock is seen alike by all from here to the next call.
void Trainer::synchronise() {
  ranks_.barrier();
  if (!budget_ || ranks_.count() == 1) return;
  out_of_time_ = broadcast(budget_->over(clock_.seconds())) != 0;
  const auto updates = budget_->updates(position_.update, clock_.seconds());
  schedule_.plan(static_cast<std::int64_t>(broadcast(static_cast<double>(updates))));
}

double Trainer::broadcast(double mine) {
  std::array<double, 1> number{ranks_.first() ? mine : 0};
  ranks_.all_reduce(number);
  return number[0];
}

/// What work will take is measured now, and again whenever it is done.
void Trainer::keep_to_the_minutes() {
  corpus::Windows windows =
      stage_windows(options_, context_.data.stages[0], 0, ranks_.rank(), ranks_.count());
  const TrainingData& data = context_.data;
  BudgetOptions budget;
  budget.seconds = options_.minutes * 60;
  budget.validate_every = options_.validate_every;
  budget.save_every = options_.save_every;
  budget.update = learner_->measure(windows.next());
  budget.judged_frames = evaluator_.frames_at_the_end();
  budget.judged_frame =
      measure_validation(model(), data.valid.empty() ? data.test : data.valid, options_) /
      ranks_.count();
  budget.leave = std::min(0.3, 0.02 * budget.seconds);
  budget_.emplace(budget);
  schedule_.plan(budget_->updates(position_.update, clock_.seconds()));
}

void Trainer::tell_start() {
  const TrainingData& data = context_.data;
  StartReport report;
  report.config = options_.model;
  report.parameters = network::parameter_count(options_.model);
  report.engine = learner_->engine();
  report.train_pieces = std::ssize(data.train);
  report.valid_pieces = std::ssize(data.valid);
  report.test_pieces = std::ssize(data.test);
  report.train_steps = total_steps(data.train);
  report.valid_steps = total_steps(data.valid);
  report.test_steps = total_steps(data.test);
  report.baseline_train = evaluator_.baseline_train();
  report.baseline = evaluator_.quality().baseline_valid;
  report.begun_at = position_.update;
  report.updates = schedule_.updates(position_);
  context_.observer.on_start(report);
}

void Trainer::open_stage() {
  corpus::Windows windows = stage_windows(options_, context_.data.stages[position_.stage],
                                          position_.stage, ranks_.rank(), ranks_.count());
  windows.seek(position_.place);
  batches_.reset();
  batches_ = std::make_unique<BatchQueue>(std::move(windows));
  evaluator_.open_stage();
}

void Trainer::next_stage() {
  ++position_.stage;
  position_.in_stage = 0;
  position_.place = {};
  position_.epoch = 0;
  // Each stage is judged by its own pieces: what was best on another's is not comparable.
  position_.best_update = -1;
  position_.worse_in_a_row = 0;
  context_.progress.message(fmt::format("Stage {} of {} begins after {} updates",
                                        position_.stage + 1, stages_.size(), position_.update));
  open_stage();
}

void Trainer::learn(const music::Batch& batch) {
  try {
    learner_->learn(batch, position_.update, recent_.learning_rate);
  } catch (const Error& error) {
    end_badly(error.what());
  }
}

/// What updates came to: a GPU tells some updates later. `all`: before the run is judged or saved.
void Trainer::hear_of_updates(bool all) {
  try {
    while (const auto figures = all ? learner_->figures() : learner_->due_figures()) hear(*figures);
  } catch (const Error& error) {
    end_badly(error.what());
  }
}

void Trainer::hear(const UpdateFigures& figures) {
  position_.nats += figures.nats * static_cast<double>(figures.frames);
  position_.frames += figures.frames;
  recent_.gradient_norm = figures.gradient_norm;
  recent_.frames += figures.frames;
  context_.observer.on_update({.update = figures.update + 1,
                               .updates = schedule_.updates(position_),
                               .epoch = position_.epoch,
                               .nats = figures.nats,
                               .learning_rate = recent_.learning_rate,
                               .gradient_norm = figures.gradient_norm,
                               .seconds = clock_.seconds()});
}

void Trainer::end_badly(const std::string& why) const {
  fail("{}. {}", why,
       last_checkpoint_.empty() ? std::string("No checkpoint was saved yet")
                                : "The last checkpoint stays: " + last_checkpoint_.string());
}

bool Trainer::asked_to_save() {
  const int asked = context_.stop.saves_requested();
  return std::exchange(saves_heard_, asked) != asked;
}

bool Trainer::over() const {
  if (budget_) return out_of_time() && position_.update > 0;
  return reached_ || (schedule_.last_stage(position_) && schedule_.stage_over(position_));
}

network::Model Trainer::model() const {
  network::Model model;
  model.config = options_.model;
  model.values = learner_->weights();
  if (!std::all_of(model.values.begin(), model.values.end(),
                   [](float value) { return std::isfinite(value); }))
    end_badly(
        fmt::format("training diverged: after update {} not all weights are finite numbers; "
                    "a lower --learning-rate (now {}) helps",
                    position_.update, recent_.learning_rate));
  model.hash = network::model_hash(model.config, model.values);
  return model;
}

/// As it goes into a checkpoint: finite, all of it.
network::TensorFile Trainer::learned() const {
  try {
    return learner_->to_file();
  } catch (const Error& error) {
    end_badly(error.what());
  }
}

}  // namespace

EndReport train(const TrainOptions& options, const RunContext& context) {
  check(options);
  if (options.batches == 0 && options.epochs == 0 && options.minutes == 0 && options.stages.empty())
    fail_usage("no length of training is given: expected batches, epochs or minutes");
  TrainOptions resolved = options;
  resolve_precision(resolved, context.progress, context.native_bf16);
  WritingObserver observer(context.observer, options.save_failure, context.progress);
  const RunContext watched{.run = context.run,
                           .data = context.data,
                           .restored = context.restored,
                           .resume = context.resume,
                           .observer = observer,
                           .progress = context.progress,
                           .stop = context.stop,
                           .clock = context.clock,
                           .ranks = context.ranks,
                           .engine = context.engine};
  return Trainer(resolved, watched).run();
}

}  // namespace toccata::training
