#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "base/error.h"
#include "training/checkpoint.h"
#include "training/restore.h"
#include "training/trainer_class.h"
#include "training/validation.h"

namespace toccata::training {

Trainer::Trainer(const TrainOptions& options, const RunContext& context)
    : options_(options),
      context_(context),
      single_(context.stop),
      ranks_(context.ranks ? *context.ranks : single_),
      stages_(resolved_stages(options)),
      course_(options, context.data),
      learner_(make_learner(options, first_values(options, context.restored, context.data.train),
                            &ranks_, context.engine ? context.engine(options) : nullptr)),
      clock_{context.clock},
      judge_(options_, context, clock_, ranks_, position_, lately_) {}

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
  course_.plan(static_cast<std::int64_t>(broadcast(static_cast<double>(updates))));
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
  budget.judged_frames = judge_.frames_at_the_end();
  budget.judged_frame =
      measure_validation(model(), data.valid.empty() ? data.test : data.valid, options_) /
      ranks_.count();
  budget.leave = std::min(0.3, 0.02 * budget.seconds);
  budget_.emplace(budget);
  course_.plan(budget_->updates(position_.update, clock_.seconds()));
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
  report.baseline_train = judge_.baseline_train();
  report.baseline = judge_.quality().baseline_valid;
  report.begun_at = position_.update;
  report.updates = course_.updates(position_);
  context_.observer.on_start(report);
}

void Trainer::open_stage() {
  corpus::Windows windows = stage_windows(options_, context_.data.stages[position_.stage],
                                          position_.stage, ranks_.rank(), ranks_.count());
  windows.seek(position_.place);
  batches_.reset();
  batches_ = std::make_unique<BatchQueue>(std::move(windows));
  judge_.open_stage();
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
    learner_->learn(batch, position_.update, lately_.learning_rate);
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
  lately_.gradient_norm = figures.gradient_norm;
  lately_.frames += figures.frames;
  context_.observer.on_update({.update = figures.update + 1,
                               .updates = course_.updates(position_),
                               .epoch = position_.epoch,
                               .nats = figures.nats,
                               .learning_rate = lately_.learning_rate,
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
  return reached_ || (course_.last_stage(position_) && course_.stage_over(position_));
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
                    position_.update, lately_.learning_rate));
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

}  // namespace toccata::training
