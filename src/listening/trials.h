#pragma once
// The original's form of evaluation: random windows instead of whole pieces. Noisier than
// likelihood.h and only for comparison with the original's figures; but each window's likelihood is
// exact here too (teacher forcing along the notes, true frame before the window, zero state).

#include <cstdint>
#include <span>
#include <vector>

#include "base/progress.h"
#include "base/stop.h"
#include "corpus/piece.h"
#include "network/weights.h"

namespace toccata::listening {

struct TrialOptions {
  int trials = 100;        // batches drawn
  int sequences = 10;      // B, windows in a batch
  int steps = 128;         // T, steps in a window
  std::uint64_t seed = 1;  // names the windows
  int threads = 0;         // 0: the processor's
};
/// Throws Error (usage) where a size is below 1.
void check(const TrialOptions& options);

struct Trials {
  std::vector<double> per_step;  // log-likelihood in nats per step of each trial, negative
  double best() const;
  double median() const;
  double mean() const;
};

/// Each window: a piece drawn with equal chances, then a beginning drawn with equal chances. A
/// piece shorter than T is used whole. Throws Error where there is no piece or one does not fit the
/// model. When `stop` is requested it returns the trials whose windows were all finished.
Trials run_trials(const network::Model& model, std::span<const corpus::Piece* const> pieces,
                  const TrialOptions& options, Progress& progress, const Stop& stop);

}  // namespace toccata::listening
