#include "training/trainer.h"

#include "base/files.h"
#include "training/checkpoint.h"
#include "training/options_file.h"
#include "training/save_failure.h"
#include "training/schedule.h"
#include "training/trainer_class.h"

namespace toccata::training {

EndReport Trainer::run() {
  begin();
  if (look_is_owed()) look();
  while (!over() && !context_.stop.requested()) {
    if (course_.stage_over(position_)) next_stage();
    learn_from_one_batch();
    if (due(options_.validate_every)) look();
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
  lately_.learning_rate =
      base_learning_rate(options_.optimiser) *
      schedule_factor(options_.schedule, position_.update, course_.updates(position_));
  learn(item.batch);
  ++position_.update;
  ++position_.in_stage;
  position_.place = item.after;
  position_.epoch = item.epoch;
  lately_.seconds += clock_.seconds() - begun;
  hear_of_updates(false);
  if (budget_) {
    budget_->learned(clock_.seconds() - begun);
    course_.plan(budget_->updates(position_.update, clock_.seconds()));
  }
  if (position_.update % options_.local_updates != 0) return;
  average_models();
  synchronise();
}

void Trainer::look() {
  average_models();
  hear_of_updates(true);
  const double begun = clock_.seconds();
  const std::optional<double> nats = judge_.look(model());
  if (position_.looked_update != position_.update) return;  // stopped meanwhile
  if (budget_) {
    const double taken = clock_.seconds() - begun;
    budget_->looked(taken);
    if (nats && judge_.sample_is_whole())
      budget_->judges_a_frame_in(taken / static_cast<double>(judge_.sample_frames()));
    synchronise();
  }
  const double aim = stages_[position_.stage].nats;
  if (!nats || aim >= 0 || *nats > -aim) return;
  context_.progress.message(fmt::format("Reached {:.3f} nats per step", aim));
  if (course_.last_stage(position_))
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
    if (position_.best_update < 0) judge_.keep(now, std::nullopt);
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
    judge_.judge_all(model(), budget_ ? broadcast(budget_->judged_share()) : 1, report);
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

EndReport train(const TrainOptions& options, const RunContext& context) {
  check(options);
  if (options.batches == 0 && options.epochs == 0 && options.minutes == 0 && options.stages.empty())
    fail_usage("how long shall it train? Give batches, epochs or minutes");
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
