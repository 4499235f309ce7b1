#pragma once
// How long a run is and where it stands: the learning rate of each update, the updates of each
// stage, and, where a run is measured in minutes, the updates that still fit.

#include <cstdint>
#include <vector>

#include "corpus/windows.h"
#include "training/data.h"
#include "training/options.h"

namespace toccata::training {

/// What the learning rate is multiplied by at `update` (0 … total-1). Warm-up (Goyal et al. 2017)
/// comes first: update u of W warm-up updates has (u+1)/W of the rate.
double schedule_factor(const ScheduleOptions& options, std::int64_t update, std::int64_t total);

/// Windows of a stage's pieces from their first batch on. Each stage draws its own.
///   share, shares: as corpus::WindowOptions
corpus::Windows stage_windows(const TrainOptions& options, const StageData& data, std::size_t stage,
                              int share = 0, int shares = 1);

/// Where a run stands; with the weights, all that going on needs. Stored in checkpoints.
struct Position {
  std::int64_t update = 0;       // updates done
  std::size_t stage = 0;         // of resolved_stages
  std::int64_t in_stage = 0;     // updates done in it
  corpus::Windows::Place place;  // of the next batch
  double epoch = 0;              // passes over the stage's pieces
  double seconds = 0;            // of training
  // Validation, in nats per step: positive, lower is better.
  double best = 0;
  std::int64_t best_update = -1;   // -1: none yet
  std::int64_t looked_update = 0;  // of the last validation
  int worse_in_a_row = 0;          // validations since the best
  // Since the last validation, for the mean of the training loss.
  double nats = 0;
  std::int64_t frames = 0;
  double train_nats = 0;  // that mean at the last validation; 0: none yet
  bool operator==(const Position&) const = default;
};

/// The updates of each stage, and of all.
class RunSchedule {
 public:
  /// `data` is needed for the number of batches in an epoch.
  RunSchedule(const TrainOptions& options, const TrainingData& data);

  /// Updates of the whole run as it looks from `position`: stages may have ended sooner than
  /// planned.
  std::int64_t updates(const Position& position) const;

  bool stage_over(const Position& position) const;
  bool last_stage(const Position& position) const;

  /// For runs measured in minutes: the updates that fit.
  void plan(std::int64_t updates) { stages_.at(0) = updates; }

 private:
  std::vector<std::int64_t> stages_;
};

struct BudgetOptions {
  double seconds = 0;                          // of the whole run
  int validate_every = 100, save_every = 500;  // updates
  // What the work is expected to take until it has been seen; seconds.
  double update = 0, judged_frame = 0, save = 0;
  double leave = 0;                // the last graph, and the program's end
  std::int64_t judged_frames = 0;  // time steps to judge at the end, if there is time
};

/// Keeps a run within its minutes: counts what each kind of work takes, and says how many updates
/// still fit before the end, with time kept back for judging the model then. No clock in here:
/// every time is told, in seconds since the run began.
class Budget {
 public:
  /// At most this share of the time is kept back for judging at the end.
  static constexpr double kJudging = 0.1;

  explicit Budget(const BudgetOptions& options) : told_(options) {}

  // What work took, in seconds.
  void learned(double seconds);
  void looked(double seconds) { look_ = seconds; }
  void saved(double seconds) { told_.save = seconds; }
  void judges_a_frame_in(double seconds) { told_.judged_frame = seconds; }

  /// True when another update would rather end after the time to judge than before it.
  bool over(double now) const { return now + told_.update / 2 >= end(); }
  /// Updates of the whole run as it looks at `now`, `done` of them done: at least one more.
  std::int64_t updates(std::int64_t done, double now) const;
  /// The share of the frames to judge that there is time for: 0 to 1.
  double judged_share() const;

 private:
  double kept_back() const;
  double end() const { return told_.seconds - kept_back(); }

  BudgetOptions told_;
  double look_ = 0;
  bool seen_ = false;
};

}  // namespace toccata::training
