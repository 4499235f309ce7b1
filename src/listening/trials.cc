#include "listening/trials.h"

#include <algorithm>
#include <numeric>

#include "base/error.h"
#include "base/random.h"
#include "listening/teacher_forcing.h"

namespace toccata::listening {

double Trials::best() const {
  return per_step.empty() ? 0 : *std::max_element(per_step.begin(), per_step.end());
}

double Trials::median() const {
  if (per_step.empty()) return 0;
  std::vector<double> sorted = per_step;
  std::sort(sorted.begin(), sorted.end());
  const std::size_t half = sorted.size() / 2;
  return sorted.size() % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

double Trials::mean() const {
  if (per_step.empty()) return 0;
  return std::accumulate(per_step.begin(), per_step.end(), 0.0) /
         static_cast<double>(per_step.size());
}

void check(const TrialOptions& options) {
  if (options.trials < 1 || options.sequences < 1 || options.steps < 1) {
    fail_usage("trials, batch size and time steps are 1 or more, not {}, {} and {}", options.trials,
               options.sequences, options.steps);
  }
}

Trials run_trials(const network::Model& model, std::span<const corpus::Piece* const> pieces,
                  const TrialOptions& options, Progress& progress, const Stop& stop) {
  check(options);
  std::vector<const corpus::Piece*> sounding;
  for (const corpus::Piece* piece : pieces) {
    check_fits(model.config, piece->roll, piece->name);
    if (piece->roll.steps > 0) sounding.push_back(piece);
  }
  if (sounding.empty()) fail("trials need pieces to draw windows from, and there are none");

  const auto sequences = static_cast<std::size_t>(options.sequences);
  const auto trials = static_cast<std::size_t>(options.trials);
  std::vector<Chunk> windows;
  for (std::size_t i = 0; i < trials * sequences; ++i) {
    Random random(options.seed, i);
    const music::Roll& roll = sounding[random.below(sounding.size())]->roll;
    const int length = std::min(options.steps, roll.steps);
    const auto places = static_cast<std::uint64_t>(roll.steps - length + 1);
    windows.push_back({&roll, static_cast<int>(random.below(places)), length});
  }

  const int notes = model.config.notes();
  const music::Cells cells = model.config.cells();
  std::vector<double> nats(windows.size());
  std::vector<int> visited(windows.size());
  teacher_force(
      model, windows, {.sequences = options.sequences, .threads = options.threads},
      [&](const ForcedFrame& frame) {
        nats[frame.chunk] += cells.nats(frame.previous, frame.truth, frame.logits, notes);
        ++visited[frame.chunk];
      },
      progress, stop);

  Trials result;
  for (std::size_t trial = 0; trial < trials; ++trial) {
    double sum = 0;
    std::int64_t steps = 0;
    bool whole = true;
    for (std::size_t i = trial * sequences; i < (trial + 1) * sequences; ++i) {
      sum += nats[i];
      steps += windows[i].length;
      whole = whole && visited[i] == windows[i].length;
    }
    if (whole) result.per_step.push_back(-sum / static_cast<double>(steps));
  }
  return result;
}

}  // namespace toccata::listening
