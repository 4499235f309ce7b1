#pragma once
// What a run is judged by: validation now and then, and the held-out pieces at the end. Keeps the
// best model.

#include <optional>

#include "network/weights.h"
#include "training/clock.h"
#include "training/course.h"
#include "training/data.h"
#include "training/observer.h"
#include "training/options.h"
#include "training/publish.h"
#include "training/trainer.h"

namespace toccata::training {

/// A run's own time: that of the process, and of those that it was begun in before.
struct RunClock {
  const Clock& clock;
  double before = 0;  // seconds
  double seconds() const { return before + clock.seconds(); }
};

/// What happened since the last validation, and since a resumption, for its report.
struct Lately {
  double learning_rate = 0, gradient_norm = 0;  // of the last update
  double seconds = 0;                           // spent on learning
  std::int64_t frames = 0;                      // learned from in them
};

class Judge {
 public:
  /// `position` and `lately` are the run's: the judge writes what validation found into them.
  Judge(const TrainOptions& options, const RunContext& context, const RunClock& clock, Ranks& ranks,
        Position& position, Lately& lately);

  const Quality& quality() const { return quality_; }
  /// Nats per step that marginal frequencies reach on the training pieces.
  double baseline_train() const { return baseline_train_; }
  /// Draws the pieces to validate on of the stage that the run stands in.
  void open_stage();

  /// Validates the model as it is now; where it is the best so far, it becomes the run's. Nothing
  /// where no piece is held out, or where a stop was requested meanwhile: half a judgement is none.
  std::optional<double> look(const network::Model& now);

  /// The last model and the best, on whole pieces; the better one becomes the run's. `share`: of
  /// the held-out steps, where there is no time for all (1: all of them).
  void judge_all(const network::Model& now, double share, EndReport& report);

  /// Makes `model` the run's, with its validation where there was one.
  void keep(const network::Model& model, std::optional<double> nats);

  /// Time steps to judge at the end.
  std::int64_t frames_at_the_end() const;
  /// Steps that one validation judges, and whether these are all there are.
  std::int64_t sample_frames() const { return total_steps(sample_); }
  bool sample_is_whole() const { return sample_is_whole_; }

 private:
  const StageData& stage_data() const { return context_.data.stages[position_.stage]; }
  ValidationReport report(std::optional<double> nats, bool whole, bool best);
  void tell_last_validation(double nats, bool whole, bool best);
  void count_as_best(const network::Model& model, double nats, const Pieces& on);

  const TrainOptions& options_;
  const RunContext& context_;
  const RunClock& clock_;
  Ranks& ranks_;
  Position& position_;
  Lately& lately_;
  Quality quality_;
  double baseline_train_ = 0;
  Pieces sample_;  // the stage's pieces to validate on
  bool sample_is_whole_ = true;
};

}  // namespace toccata::training
