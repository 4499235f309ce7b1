#include "training/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace toccata::training {

double schedule_factor(const ScheduleOptions& options, std::int64_t update, std::int64_t total) {
  const std::int64_t warm_up = std::min<std::int64_t>(options.warm_up, total / 10);
  if (update < warm_up) return static_cast<double>(update + 1) / static_cast<double>(warm_up);
  switch (options.kind) {
    case ScheduleKind::constant:
      return 1;
    case ScheduleKind::cosine: {
      const double place = static_cast<double>(update - warm_up) /
                           static_cast<double>(std::max<std::int64_t>(total - warm_up, 1));
      return (1 + std::cos(std::numbers::pi * std::min(place, 1.0))) / 2;
    }
    case ScheduleKind::step:
      return std::pow(options.decay_factor, static_cast<double>(update / options.decay_every));
  }
  return 1;
}

corpus::Windows stage_windows(const TrainOptions& options, const StageData& data, std::size_t stage,
                              int share, int shares) {
  const Stage values = resolved_stages(options)[stage];
  constexpr std::uint64_t kSeedsApart = 0x9e3779b97f4a7c15;
  return corpus::Windows(data.train, {.steps = values.time_steps,
                                      .sequences = values.batch_size,
                                      .transpose = options.transpose,
                                      .history = options.model.history(),
                                      .input_dropout = options.input_dropout,
                                      .seed = options.seed + stage * kSeedsApart,
                                      .share = share,
                                      .shares = shares});
}

RunSchedule::RunSchedule(const TrainOptions& options, const TrainingData& data) {
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

std::int64_t RunSchedule::updates(const Position& position) const {
  const auto here = stages_.begin() + static_cast<std::ptrdiff_t>(position.stage);
  return std::accumulate(here, stages_.end(), position.update - position.in_stage);
}

bool RunSchedule::stage_over(const Position& position) const {
  return position.in_stage >= stages_[position.stage];
}

bool RunSchedule::last_stage(const Position& position) const {
  return position.stage + 1 == stages_.size();
}

void Budget::learned(double seconds) {
  // The mean of the last twenty or so: a machine shared with others changes its pace.
  constexpr double kForget = 0.05;
  told_.update += (seen_ ? kForget : 1) * (seconds - told_.update);
  seen_ = true;
}

double Budget::judged_share() const {
  const double whole = told_.judged_frame * static_cast<double>(told_.judged_frames);
  const double most = kJudging * told_.seconds;
  return whole <= most ? 1 : most / whole;
}

double Budget::kept_back() const {
  return judged_share() * told_.judged_frame * static_cast<double>(told_.judged_frames) +
         told_.save + told_.leave;
}

std::int64_t Budget::updates(std::int64_t done, double now) const {
  const double each = told_.update + look_ / told_.validate_every + told_.save / told_.save_every;
  const double more = each > 0 ? std::round((end() - now) / each) : 1;
  return done + static_cast<std::int64_t>(std::clamp(more, 1.0, 1e15));
}

}  // namespace toccata::training
