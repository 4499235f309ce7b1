#pragma once
// Exact log-likelihood: of whole pieces, with state carried, dropout off and every frame counted,
// pooled over all pieces.

#include <span>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/progress.h"
#include "base/stop.h"
#include "corpus/piece.h"
#include "listening/teacher_forcing.h"

namespace toccata::listening {

struct PieceLikelihood {
  std::string name;
  int steps = 0;
  double nats = 0;  // negative log-likelihood, summed over steps and notes
};

struct Likelihood {
  std::vector<PieceLikelihood> pieces;
  std::int64_t steps = 0;
  double nats = 0;
  /// Log-likelihood in nats per time step, negative; the mean over all frames of all pieces.
  double per_step() const { return steps ? -nats / static_cast<double>(steps) : 0; }
  /// The same scaled by 88/N, for comparison with the original's figures only.
  double per_step_88(int notes) const { return per_step() * 88.0 / notes; }
};

struct LikelihoodOptions {
  int sequences = 16;  // pieces side by side
  int threads = 0;
  network::Precision precision = network::Precision::f32;  // as in ForcingOptions
  network::InstructionSet instruction_set = network::InstructionSet::automatic;
};

/// Computed by the network's one-step inference, and summed in double. Several models are evaluated
/// together (teacher_forcing.h). Throws Error if a piece has another range, grid or articulation
/// than the model. When `stop` is requested it returns the pieces that were finished.
Likelihood likelihood(const Models& models, std::span<const corpus::Piece* const> pieces,
                      const LikelihoodOptions& options, Progress& progress, const Stop& stop);

/// Marginal frequencies, the baseline: each note's play and articulate bits are independent coins.
/// Their probabilities are counted on `train`, with one added occurrence of each outcome, and
/// scored on `pieces`. The articulate coin is counted and thrown only where the note played in the
/// frame before and plays on. Throws Error if `train` is empty or the ranges differ.
Likelihood baseline(std::span<const corpus::Piece* const> train,
                    std::span<const corpus::Piece* const> pieces);

}  // namespace toccata::listening
