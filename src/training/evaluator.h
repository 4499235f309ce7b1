#pragma once
// How good a run's model is: validation now and then, the held-out pieces at the end, and the model
// folder that the best one is published as.

#include <optional>
#include <vector>

#include "base/clock.h"
#include "base/stop.h"
#include "network/model/weights.h"
#include "runs/run_folder.h"
#include "training/data.h"
#include "training/options.h"
#include "training/ranks.h"
#include "training/reports.h"
#include "training/run_context.h"
#include "training/schedule.h"

namespace toccata::training {

/// What a frame costs to validate, as a share of what it costs to learn from; and the share of the
/// time that validation may take.
inline constexpr double kValidationCost = 0.5, kValidationShare = 0.1;

/// The pieces to validate on during training: all of them, or, where that would take more than
/// about a tenth of the time, as many as fit into it (at least one), drawn by their hash so that
/// the sample is the same in every run. Reckoned from the sizes alone, never from a clock.
Pieces validation_sample(const Pieces& valid, int validate_every, int batch_size, int time_steps);

/// As many of the pieces as hold `share` of their steps, drawn likewise; all of them from 1 on, and
/// one at least.
Pieces share_of(const Pieces& pieces, double share);

/// Seconds that a time step takes to validate, from the beginnings of a few pieces.
double measure_validation(const network::Model& model, const Pieces& pieces,
                          const TrainOptions& options);

/// Nats per step of whole pieces: positive, lower is better. Nothing where there are no pieces or
/// stop was requested meanwhile. Each process judges its share of them; all get the whole's figure.
std::optional<double> nats_per_step(const network::Model& model, const Pieces& pieces,
                                    const TrainOptions& options, Ranks& ranks);

/// What the card says of a model's quality, exact and over whole pieces, in nats per step as losses
/// are: positive, lower is better. Each baseline is of the pieces that the figure beside it is of.
struct Quality {
  std::optional<double> valid, test, baseline_valid, baseline_test;
  bool whole = true;  // valid and test are of all held-out pieces, not of a sample
};

/// Writes model.safetensors, config.json and README.md. The loss while learning, of windows and
/// with dropout, is no such figure: the card tells it in words, from `position`.
/// What the model that the run learned on from is, and what its card says of licences; its name
/// alone where it has no card.
std::string told_base(const TrainOptions& options);

void publish(const runs::RunFolder& run, const network::Model& model, const TrainOptions& options,
             const TrainingData& data, const Position& position, const Quality& quality);

/// A run's own time: that of the process, and of those that it was begun in before.
struct RunClock {
  const Clock& clock;
  double before = 0;  // seconds
  double seconds() const { return before + clock.seconds(); }
};

/// What happened since the last validation, and since a resumption, for its report.
struct RecentUpdates {
  double learning_rate = 0, gradient_norm = 0;  // of the last update
  double seconds = 0;                           // spent on learning
  std::int64_t frames = 0;                      // learned from in them
};

class Evaluator {
 public:
  /// `position` and `recent` are the run's: the evaluator writes what validation found into them.
  Evaluator(const TrainOptions& options, const RunContext& context, const RunClock& clock,
            Ranks& ranks, Position& position, RecentUpdates& recent);

  const Quality& quality() const { return quality_; }
  /// Nats per step that marginal frequencies reach on the training pieces.
  double baseline_train() const { return baseline_train_; }
  /// Draws the pieces to validate on of the stage that the run stands in.
  void open_stage();

  /// Validates the model as it is now; where it is the best so far, it becomes the run's. Nothing
  /// where no piece is held out, or where a stop was requested meanwhile: half a judgement is none.
  std::optional<double> validate(const network::Model& now);

  /// The last model and the best, on whole pieces; the better one becomes the run's. `share`: of
  /// the held-out steps, where there is no time for all (1: all of them).
  void evaluate_held_out(const network::Model& now, double share, EndReport& report);

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
  /// Nats per step of marginal frequencies, counted on the training pieces; nothing where there are
  /// no `pieces`.
  std::optional<double> baseline(const Pieces& pieces) const;

  const TrainOptions& options_;
  const RunContext& context_;
  const RunClock& clock_;
  Ranks& ranks_;
  Position& position_;
  RecentUpdates& recent_;
  Quality quality_;
  double baseline_train_ = 0;
  Pieces sample_;  // the stage's pieces to validate on
  bool sample_is_whole_ = true;
};

}  // namespace toccata::training
