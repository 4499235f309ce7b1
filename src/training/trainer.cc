#include "training/trainer.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <utility>

#include "base/error.h"
#include "base/files.h"
#include "listening/likelihood.h"
#include "training/batch_queue.h"
#include "training/checkpoint.h"
#include "training/course.h"
#include "training/learner.h"
#include "training/options_file.h"
#include "training/publish.h"
#include "training/restore.h"
#include "training/schedule.h"
#include "training/validation.h"

namespace toccata::training {
namespace {

class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun_).count();
  }

 private:
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

class Trainer {
 public:
  Trainer(const TrainOptions& options, const RunContext& context);
  EndReport run();

 private:
  void begin();
  void open_stage();
  void next_stage();
  void learn_from_one_batch();
  void look();
  void save();
  void plan_by_the_clock();
  EndReport finish(EndReason reason);
  void judge_on_everything(EndReport& report);
  void tell_last_validation(double nats, bool best);
  void count_as_best(const network::Model& model, double nats);

  bool over() const;
  bool out_of_patience() const;
  /// Where a checkpoint was made between an update and the validation that was due after it.
  bool look_is_owed() const {
    return position_.update > 0 && due(options_.validate_every) &&
           position_.looked_update != position_.update;
  }
  bool due(int every) const { return position_.update % every == 0; }
  double seconds() const { return seconds_before_ + watch_.seconds(); }
  network::Model model() const;
  [[noreturn]] void end_badly(const std::string& why) const;
  ValidationReport validation_report(std::optional<double> nats, bool whole, bool best);
  void keep(const network::Model& model, std::optional<double> nats);

  const TrainOptions options_;
  const RunContext& context_;
  const std::vector<Stage> stages_;
  Course course_;
  Learner learner_;
  Position position_;
  Quality quality_;
  Stopwatch watch_;
  double seconds_before_ = 0;
  double judging_seconds_ = 0;  // kept back from the minutes for judging whole pieces at the end

  std::unique_ptr<BatchQueue> batches_;
  Pieces sample_;  // the stage's pieces to validate on
  bool sample_is_whole_ = true;
  bool reached_ = false;  // the last stage's aim in nats
  std::filesystem::path last_checkpoint_;
  std::int64_t saved_update_ = -1;
  // Since the last validation, and since a resumption:
  double learning_rate_ = 0, gradient_norm_ = 0, learning_seconds_ = 0;
  std::int64_t timed_frames_ = 0;  // learned from in learning_seconds_
};

// The story.

EndReport Trainer::run() {
  begin();
  open_stage();
  if (context_.resume && over())
    context_.progress.message(fmt::format(
        "The run had come to its end after {} batches: to learn on, resume it with more "
        "--batches, --epochs or --minutes",
        position_.update));
  if (look_is_owed()) look();
  while (!over() && !context_.stop.requested()) {
    if (course_.stage_over(position_)) next_stage();
    learn_from_one_batch();
    if (due(options_.validate_every)) look();
    if (due(options_.save_every)) save();
    if (out_of_patience()) return finish(EndReason::patience);
  }
  return finish(context_.stop.requested() ? EndReason::stopped : EndReason::finished);
}

// Its parts.

Trainer::Trainer(const TrainOptions& options, const RunContext& context)
    : options_(options),
      context_(context),
      stages_(resolved_stages(options)),
      course_(options, context.data),
      learner_(options, first_values(options, context.restored, context.data.train)) {}

void Trainer::begin() {
  const TrainingData& data = context_.data;
  std::optional<LoadedCheckpoint> loaded;
  if (context_.resume) loaded = load_newest_checkpoint(context_.run, context_.progress);
  if (loaded) {
    learner_.load(loaded->learner, loaded->path.string());
    position_ = loaded->position;
    if (position_.stage >= stages_.size())
      fail("{} stands in stage {}, and this run has {}: resume with the stages it began with",
           loaded->path.string(), position_.stage + 1, stages_.size());
    last_checkpoint_ = loaded->path;
    saved_update_ = position_.update;
    seconds_before_ = position_.seconds;
  } else if (context_.restored) {
    restore_optimiser(learner_, *context_.restored, context_.progress);
  }
  write_file(context_.run.options(), to_toml(options_));
  write_file(context_.run.path / "split.json", split_json(data).dump(1) + "\n");
  if (options_.minutes > 0) plan_by_the_clock();

  StartReport report;
  report.config = options_.model;
  report.parameters = network::parameter_count(options_.model);
  report.engine = learner_.engine();
  report.train_pieces = std::ssize(data.train);
  report.valid_pieces = std::ssize(data.valid);
  report.test_pieces = std::ssize(data.test);
  report.train_steps = total_steps(data.train);
  report.valid_steps = total_steps(data.valid);
  report.test_steps = total_steps(data.test);
  report.baseline_train = -listening::baseline(data.train, data.train).per_step();
  if (!data.valid.empty())
    quality_.baseline_valid = -listening::baseline(data.train, data.valid).per_step();
  if (!data.test.empty())
    quality_.baseline_test = -listening::baseline(data.train, data.test).per_step();
  report.baseline = quality_.baseline_valid;
  report.begun_at = position_.update;
  report.updates = course_.updates(position_);
  context_.observer.on_start(report);
}

void Trainer::open_stage() {
  const Stage& stage = stages_[position_.stage];
  const StageData& data = context_.data.stages[position_.stage];
  corpus::Windows windows = stage_windows(options_, data, position_.stage);
  windows.seek(position_.place);
  batches_.reset();
  batches_ = std::make_unique<BatchQueue>(std::move(windows));
  sample_ =
      validation_sample(data.valid, options_.validate_every, stage.batch_size, stage.time_steps);
  sample_is_whole_ = sample_.size() == data.valid.size();
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

void Trainer::learn_from_one_batch() {
  const Stopwatch watch;
  const BatchQueue::Item item = batches_->next();
  learning_rate_ = base_learning_rate(options_.optimiser) *
                   schedule_factor(options_.schedule, position_.update, course_.updates(position_));
  Learner::Step step;
  try {
    step = learner_.learn(item.batch, position_.update, learning_rate_);
  } catch (const Error& error) {
    end_badly(error.what());
  }
  ++position_.update;
  ++position_.in_stage;
  position_.place = item.after;
  position_.epoch = item.epoch;
  position_.nats += step.nats * static_cast<double>(step.frames);
  position_.frames += step.frames;
  gradient_norm_ = step.gradient_norm;
  learning_seconds_ += watch.seconds();
  timed_frames_ += step.frames;
  context_.observer.on_update({.update = position_.update,
                               .updates = course_.updates(position_),
                               .epoch = position_.epoch,
                               .nats = step.nats,
                               .learning_rate = learning_rate_,
                               .gradient_norm = step.gradient_norm,
                               .seconds = seconds()});
}

void Trainer::end_badly(const std::string& why) const {
  fail("{}. {}", why,
       last_checkpoint_.empty() ? std::string("No checkpoint was saved yet")
                                : "The last checkpoint stays: " + last_checkpoint_.string());
}

void Trainer::look() {
  const network::Model now = model();
  const std::optional<double> nats = validate(now, sample_, options_, context_.stop);
  if (!nats && context_.stop.requested()) return;  // half a judgement is none
  position_.looked_update = position_.update;
  const bool best = nats && (position_.best_update < 0 || *nats < position_.best);
  if (best) {
    position_.best = *nats;
    position_.best_update = position_.update;
  }
  position_.worse_in_a_row = best ? 0 : position_.worse_in_a_row + 1;
  context_.observer.on_validation(validation_report(nats, sample_is_whole_, best));
  if (best) keep(now, nats);
  const double aim = stages_[position_.stage].nats;
  if (nats && aim < 0 && *nats <= -aim) {
    context_.progress.message(fmt::format("Reached {:.3f} nats per step", aim));
    if (course_.last_stage(position_))
      reached_ = true;
    else
      next_stage();
  }
  if (options_.minutes > 0) plan_by_the_clock();
}

ValidationReport Trainer::validation_report(std::optional<double> nats, bool whole, bool best) {
  const auto frames = static_cast<double>(position_.frames);
  position_.train_nats = frames > 0 ? position_.nats / frames : 0;
  ValidationReport report;
  report.update = position_.update;
  report.epoch = position_.epoch;
  report.seconds = seconds();
  report.train_nats = position_.train_nats;
  report.valid_nats = nats;
  report.whole = whole;
  report.best = best;
  report.learning_rate = learning_rate_;
  report.gradient_norm = gradient_norm_;
  if (learning_seconds_ > 0)
    report.note_steps_per_second =
        static_cast<double>(timed_frames_) * options_.model.notes() / learning_seconds_;
  position_.nats = 0;
  position_.frames = 0;
  timed_frames_ = 0;
  learning_seconds_ = 0;
  return report;
}

void Trainer::save() {
  position_.seconds = seconds();
  const network::Model now = model();
  last_checkpoint_ = save_checkpoint(context_.run, now, learner_.state(), position_, options_);
  saved_update_ = position_.update;
  if (position_.best_update < 0) keep(now, std::nullopt);
  context_.observer.on_save({.update = position_.update, .path = last_checkpoint_, .model = now});
}

void Trainer::keep(const network::Model& model, std::optional<double> nats) {
  quality_.valid = nats;
  position_.seconds = seconds();
  publish(context_.run, model, options_, context_.data, position_, quality_);
}

void Trainer::plan_by_the_clock() {
  double step = 0;
  if (position_.update == 0 || judging_seconds_ == 0) {
    corpus::Windows windows = stage_windows(options_, context_.data.stages[0], 0);
    const roll::Batch batch = windows.next();
    const double seconds_of_batch = learner_.measure(batch);
    const double frames = static_cast<double>(batch.steps) * batch.sequences;
    const auto judged = total_steps(context_.data.valid) + total_steps(context_.data.test);
    judging_seconds_ =
        std::min(kValidationCost * seconds_of_batch / frames * static_cast<double>(judged),
                 options_.minutes * 60 / 4);
    step = seconds_of_batch * (1 + kValidationShare);
  } else {
    step = seconds() / static_cast<double>(position_.update);
  }
  const double left = options_.minutes * 60 - judging_seconds_ - seconds();
  const auto more = static_cast<std::int64_t>(left / step);
  course_.plan(position_.update + std::max<std::int64_t>(more, 1));
}

EndReport Trainer::finish(EndReason reason) {
  batches_.reset();
  EndReport report;
  report.reason = reason;
  report.update = position_.update;
  report.epoch = position_.epoch;
  const std::int64_t best_before = position_.best_update;
  if (reason != EndReason::stopped) judge_on_everything(report);
  if (context_.stop.requested()) report.reason = EndReason::stopped;
  if (saved_update_ != position_.update)
    save();
  else if (position_.best_update != best_before)  // the checkpoint does not know it yet
    save_checkpoint(context_.run, model(), learner_.state(), position_, options_);
  report.seconds = seconds();
  context_.observer.on_end(report);
  return report;
}

void Trainer::judge_on_everything(EndReport& report) {
  const StageData& data = context_.data.stages[position_.stage];
  const Stop& stop = context_.stop;
  network::Model kept = model();
  report.valid_nats = validate(kept, data.valid, options_, stop);
  bool last_is_best = report.valid_nats.has_value();
  if (position_.best_update >= 0 && position_.best_update != position_.update) {
    const network::Model best = network::load_model(context_.run.path);
    const auto best_nats = sample_is_whole_ ? std::optional(position_.best)
                                            : validate(best, data.valid, options_, stop);
    if (report.valid_nats && best_nats && *best_nats <= *report.valid_nats) {
      last_is_best = false;
      tell_last_validation(*report.valid_nats, last_is_best);
      kept = best;
      report.valid_nats = best_nats;
    }
  }
  if (stop.requested()) return;
  if (last_is_best) {
    tell_last_validation(*report.valid_nats, last_is_best);
    count_as_best(kept, *report.valid_nats);
  }
  quality_.test = report.test_nats = validate(kept, context_.data.test, options_, stop);
  keep(kept, report.valid_nats);
}

/// Where updates came after the last validation.
void Trainer::tell_last_validation(double nats, bool best) {
  if (position_.frames > 0) context_.observer.on_validation(validation_report(nats, true, best));
}

void Trainer::count_as_best(const network::Model& model, double nats) {
  // What a resumed run compares with it may be of the sample alone.
  const auto compared =
      sample_is_whole_ ? std::optional(nats) : validate(model, sample_, options_, context_.stop);
  if (!compared) return;
  position_.best = *compared;
  position_.best_update = position_.update;
  position_.worse_in_a_row = 0;
}

bool Trainer::over() const {
  const bool out_of_time =
      options_.minutes > 0 && seconds() >= options_.minutes * 60 - judging_seconds_;
  return reached_ || out_of_time ||
         (course_.last_stage(position_) && course_.stage_over(position_));
}

bool Trainer::out_of_patience() const {
  return options_.patience > 0 && position_.worse_in_a_row >= options_.patience;
}

network::Model Trainer::model() const {
  network::Model model;
  model.config = options_.model;
  model.values = learner_.weights();
  if (!std::all_of(model.values.begin(), model.values.end(),
                   [](float value) { return std::isfinite(value); }))
    end_badly(
        fmt::format("training diverged: after update {} not all weights are finite numbers; "
                    "a lower --learning-rate (now {}) helps",
                    position_.update, learning_rate_));
  model.hash = network::model_hash(model.config, model.values);
  return model;
}

}  // namespace

EndReport train(const TrainOptions& options, const RunContext& context) {
  check(options);
  if (options.batches == 0 && options.epochs == 0 && options.minutes == 0 && options.stages.empty())
    fail_usage("how long shall it train? Give batches, epochs or minutes");
  return Trainer(options, context).run();
}

}  // namespace toccata::training
