#pragma once
// How long a run is: the updates of each stage, and of all.

#include <cstdint>
#include <vector>

#include "corpus/windows.h"
#include "training/data.h"
#include "training/options.h"

namespace toccata::training {

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

class Course {
 public:
  /// `data` is needed for the number of batches in an epoch.
  Course(const TrainOptions& options, const TrainingData& data);

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

}  // namespace toccata::training
