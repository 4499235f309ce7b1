#include "training/fit.h"

#include <algorithm>

#include "base/parallel.h"
#include "network/weights.h"
#include "training/course.h"
#include "training/learner.h"

namespace toccata::training {
namespace {

Music music_of(const Pieces& pieces) {
  Music music;
  for (const corpus::Piece* piece : pieces) {
    const corpus::CellCounts cells = corpus::cell_counts(*piece);
    music.steps += piece->roll.steps;
    music.longest = std::max<std::int64_t>(music.longest, piece->roll.steps);
    music.notes += cells.sounding - cells.open + cells.again;
  }
  return music;
}

/// Seconds per note-step of a model of these sizes.
double measure(TrainOptions options, const network::Config& config, const music::Batch& batch) {
  options.model = config;
  const std::unique_ptr<Learner> learner =
      make_learner(options, network::initial_values(config, options.seed));
  double note_steps = 0;
  for (const std::int32_t length : batch.lengths) note_steps += length;
  return learner->measure(batch) / (note_steps * config.notes());
}

}  // namespace

Pace measure_pace(const TrainOptions& options, const Given& given, const TrainingData& data) {
  Pace pace;
  if (options.device == Device::cuda) pace.sequences = 64;
  pace.sequences = std::max(pace.sequences, 2 * thread_count(options.threads));
  TrainOptions few = options;
  few.time_steps = 32;
  few.batch_size = pace.sequences;
  corpus::Windows windows = stage_windows(few, data.stages.front(), 0);
  const music::Batch batch = windows.next();
  if (given.units) {
    pace.by_operation = measure(options, options.model, batch) / dense_operations(options.model);
    return pace;
  }
  network::Config small = options.model, large = options.model;
  small.time_units = small.note_units = {32, 32};
  large.time_units = large.note_units = {128, 128};
  const double small_cost = measure(options, small, batch);
  const double large_cost = measure(options, large, batch);
  const double small_work = dense_operations(small), large_work = dense_operations(large);
  pace.by_operation = std::max(large_cost - small_cost, 0.0) / (large_work - small_work);
  pace.by_step = std::max(small_cost - pace.by_operation * small_work, 0.0);
  return pace;
}

TrainOptions fit_to_time(const TrainOptions& options, const Given& given, const TrainingData& data,
                         double seconds, int ranks, Progress& progress) {
  Pace pace = measure_pace(options, given, data);
  pace.by_operation /= ranks;
  pace.by_step /= ranks;
  const Plan plan = make_plan(options, given, music_of(data.train), pace, seconds);
  for (const std::string& reason : plan.reasons) progress.message(reason);
  for (const std::string& warning : plan.warnings) progress.warning(warning);
  return plan.options;
}

}  // namespace toccata::training
