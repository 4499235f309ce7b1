#pragma once
// What a run's folder and its user are told of a training's reports: progress, metrics.csv,
// TensorBoard events, loss graphs, and a piece of music at each checkpoint.

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "base/stop.h"
#include "rendering/loss_graph.h"
#include "runs/metrics.h"
#include "runs/run_folder.h"
#include "training/reports.h"

namespace toccata::tasks {

struct RunView {
  runs::RunFolder run;
  double minutes = 0;      // of the run where it is measured in them, for the bar
  int sample_steps = 256;  // length of the piece composed at each checkpoint; 0: none
  int threads = 0;
  int processes = 1;  // that train together
  std::uint64_t seed = 1;
  std::string program;  // for the pieces' receipts
};

class RunObserver : public training::Observer {
 public:
  RunObserver(RunView view, Progress& progress, const Stop& stop);

  void on_start(const training::StartReport& report) override;
  void on_update(const training::UpdateReport& report) override;
  void on_validation(const training::ValidationReport& report) override;
  void on_save(const training::SaveReport& report) override;
  void on_end(const training::EndReport& report) override;

 private:
  using Clock = std::chrono::steady_clock;
  void compose_sample(const training::SaveReport& report);
  void draw_graph();

  const RunView view_;
  Progress& progress_;
  const Stop& stop_;
  std::vector<runs::MetricsRow> rows_;
  std::optional<double> baseline_;
  double wall_began_ = 0;   // wall time at which the run's seconds are 0
  double smooth_nats_ = 0;  // running mean of the batches' losses, for the bar
  Clock::time_point drawn_{};
};

}  // namespace toccata::tasks
