#include "training/course.h"

#include <numeric>

namespace toccata::training {

corpus::Windows stage_windows(const TrainOptions& options, const StageData& data, std::size_t stage,
                              int share, int shares) {
  const Stage values = resolved_stages(options)[stage];
  constexpr std::uint64_t kSeedsApart = 0x9e3779b97f4a7c15;
  return corpus::Windows(data.train, {.steps = values.time_steps,
                                      .sequences = values.batch_size,
                                      .transpose = options.transpose,
                                      .history = options.model.history(),
                                      .unheard = options.unheard,
                                      .seed = options.seed + stage * kSeedsApart,
                                      .share = share,
                                      .shares = shares});
}

Course::Course(const TrainOptions& options, const TrainingData& data) {
  const std::vector<Stage> stages = resolved_stages(options);
  for (std::size_t i = 0; i < stages.size(); ++i) {
    std::int64_t updates = stages[i].batches;
    if (stages[i].epochs > 0) {
      const corpus::Windows windows = stage_windows(options, data.stages[i], i);
      for (std::int64_t epoch = 0; epoch < stages[i].epochs; ++epoch)
        updates +=
            static_cast<std::int64_t>(windows.batches_in_epoch(static_cast<std::uint64_t>(epoch)));
    }
    stages_.push_back(updates);
  }
}

std::int64_t Course::updates(const Position& position) const {
  const auto here = stages_.begin() + static_cast<std::ptrdiff_t>(position.stage);
  return std::accumulate(here, stages_.end(), position.update - position.in_stage);
}

bool Course::stage_over(const Position& position) const {
  return position.in_stage >= stages_[position.stage];
}

bool Course::last_stage(const Position& position) const {
  return position.stage + 1 == stages_.size();
}

}  // namespace toccata::training
