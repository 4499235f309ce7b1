#include "training/judge.h"

#include "listening/likelihood.h"
#include "training/save_failure.h"
#include "training/validation.h"

namespace toccata::training {

Judge::Judge(const TrainOptions& options, const RunContext& context, const RunClock& clock,
             Ranks& ranks, Position& position, Lately& lately)
    : options_(options),
      context_(context),
      clock_(clock),
      ranks_(ranks),
      position_(position),
      lately_(lately) {
  const TrainingData& data = context.data;
  const InMemory train(to_count_on(data.train));
  const auto baseline = [&](const Pieces& pieces) -> std::optional<double> {
    if (pieces.empty()) return std::nullopt;
    const InMemory judged(to_count_on(pieces));
    return -listening::baseline(train.pieces(), judged.pieces()).per_step();
  };
  quality_.baseline_valid = baseline(data.valid);
  quality_.baseline_test = baseline(data.test);
  baseline_train_ = *baseline(data.train);
}

void Judge::open_stage() {
  const Stage stage = resolved_stages(options_)[position_.stage];
  const Pieces& valid = stage_data().valid;
  sample_ = validation_sample(valid, options_.validate_every, stage.batch_size, stage.time_steps);
  sample_is_whole_ = sample_.size() == valid.size();
}

std::optional<double> Judge::look(const network::Model& now) {
  const std::optional<double> nats = validate(now, sample_, options_, ranks_);
  if (!nats && context_.stop.requested()) return std::nullopt;
  position_.looked_update = position_.update;
  const Position before = position_;
  const bool best = nats && (position_.best_update < 0 || *nats < position_.best);
  if (best) {
    position_.best = *nats;
    position_.best_update = position_.update;
  }
  position_.worse_in_a_row = best ? 0 : position_.worse_in_a_row + 1;
  context_.observer.on_validation(report(nats, sample_is_whole_, best));
  const auto keep_it = [&] { keep(now, nats); };
  if (best && !written(options_.save_failure, ranks_, context_.progress, keep_it)) {
    // The run's model is the older one still: that is the best there is.
    position_.best = before.best;
    position_.best_update = before.best_update;
  }
  return nats;
}

ValidationReport Judge::report(std::optional<double> nats, bool whole, bool best) {
  const auto frames = static_cast<double>(position_.frames);
  position_.train_nats = frames > 0 ? position_.nats / frames : 0;
  ValidationReport report;
  report.update = position_.update;
  report.epoch = position_.epoch;
  report.seconds = clock_.seconds();
  report.train_nats = position_.train_nats;
  report.valid_nats = nats;
  report.whole = whole;
  report.best = best;
  report.learning_rate = lately_.learning_rate;
  report.gradient_norm = lately_.gradient_norm;
  if (lately_.seconds > 0)
    report.note_steps_per_second =
        static_cast<double>(lately_.frames) * options_.model.notes() / lately_.seconds;
  position_.nats = 0;
  position_.frames = 0;
  lately_.frames = 0;
  lately_.seconds = 0;
  return report;
}

void Judge::keep(const network::Model& model, std::optional<double> nats) {
  quality_.valid = nats;
  position_.seconds = clock_.seconds();
  if (ranks_.first()) publish(context_.run, model, options_, context_.data, position_, quality_);
}

std::int64_t Judge::frames_at_the_end() const {
  // Two models are compared where the best one's likelihood is known on a sample alone.
  return total_steps(stage_data().valid) * (sample_is_whole_ ? 1 : 2) +
         total_steps(context_.data.test);
}

void Judge::judge_all(const network::Model& now, double share, EndReport& report) {
  const Stop& stop = context_.stop;
  const Pieces valid = share_of(stage_data().valid, share);
  const Pieces test = share_of(context_.data.test, share);
  report.whole = quality_.whole =
      valid.size() == stage_data().valid.size() && test.size() == context_.data.test.size();
  const bool all = valid.size() == stage_data().valid.size();

  network::Model kept = now;
  report.valid_nats = validate(kept, valid, options_, ranks_);
  bool last_is_best = report.valid_nats.has_value();
  if (position_.best_update >= 0 && position_.best_update != position_.update) {
    network::Model best = now;
    if (ranks_.first()) best = network::load_model(context_.run.path);
    ranks_.broadcast(best.values);
    const auto best_nats = sample_is_whole_ && all ? std::optional(position_.best)
                                                   : validate(best, valid, options_, ranks_);
    if (report.valid_nats && best_nats && *best_nats <= *report.valid_nats) {
      last_is_best = false;
      tell_last_validation(*report.valid_nats, all, last_is_best);
      kept = best;
      report.valid_nats = best_nats;
    }
  }
  if (stop.requested()) return;
  if (last_is_best) {
    tell_last_validation(*report.valid_nats, all, last_is_best);
    count_as_best(kept, *report.valid_nats, valid);
  }
  quality_.test = report.test_nats = validate(kept, test, options_, ranks_);
  keep(kept, report.valid_nats);
}

/// Where updates came after the last validation.
void Judge::tell_last_validation(double nats, bool whole, bool best) {
  if (position_.frames > 0) context_.observer.on_validation(report(nats, whole, best));
}

void Judge::count_as_best(const network::Model& model, double nats, const Pieces& on) {
  // What a resumed run compares with it may be of the sample alone.
  const auto compared = on.size() == sample_.size() ? std::optional(nats)
                                                    : validate(model, sample_, options_, ranks_);
  if (!compared) return;
  position_.best = *compared;
  position_.best_update = position_.update;
  position_.worse_in_a_row = 0;
}

}  // namespace toccata::training
