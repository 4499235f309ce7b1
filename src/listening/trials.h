#pragma once
// The original's form of evaluation: random windows instead of whole pieces. It is noisier than
// likelihood.h and serves only for comparison with the original's figures. But here the likelihood
// of each window is exact, too (teacher forcing along the notes, the true frame before the window,
// zero state).

#include <cstdint>
#include <span>
#include <vector>

#include "base/progress.h"
#include "base/stop.h"
#include "corpus/piece.h"
#include "network/model/weights.h"

namespace toccata::listening {

struct TrialOptions {
  int trials = 100;        // number of batches
  int sequences = 10;      // B, windows per batch
  int steps = 128;         // T, steps per window
  std::uint64_t seed = 1;  // chooses the windows
  int threads = 0;         // 0: as many as the processor has
};
/// Throws Error (usage) if a size is below 1.
void check(const TrialOptions& options);

struct Trials {
  std::vector<double> per_step;  // log-likelihood in nats per step of each trial, negative
  double best() const;
  double median() const;
  double mean() const;
};

/// For each window first the piece and then the beginning is drawn uniformly. A piece shorter than
/// T is used whole. Throws Error if there is no piece or one does not fit the model. When `stop` is
/// requested it returns the trials whose windows were all finished.
Trials run_trials(const network::Model& model, std::span<const corpus::Piece* const> pieces,
                  const TrialOptions& options, Progress& progress, const Stop& stop);

}  // namespace toccata::listening
