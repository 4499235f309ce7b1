#pragma once
// Exact log-likelihood: whole pieces, state carried, dropout off, every frame counted, pooled over
// pieces.

#include <span>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/progress.h"
#include "base/stop.h"
#include "corpus/piece.h"
#include "listening/walk.h"

namespace toccata::listening {

struct PieceLikelihood {
  std::string name;
  int steps = 0;
  double nats = 0;  // sum over steps and notes of the negative log-likelihood
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
  network::Arithmetic arithmetic = network::Arithmetic::f32;  // as in WalkOptions
};

/// By the network's own one-step inference; sums in double. Several models listen together
/// (walk.h). Throws Error where a piece's
/// range, grid or articulation is not the model's. When `stop` is requested it returns the pieces
/// that were finished.
Likelihood likelihood(const Models& models, std::span<const corpus::Piece* const> pieces,
                      const LikelihoodOptions& options, Progress& progress, const Stop& stop);

/// Marginal frequencies: each note's play and articulate bits as independent coins whose chances
/// are counted on `train` (with one added frame of each outcome), scored on `pieces`. The
/// articulate coin is thrown, and counted, where the note played in the frame before and plays on.
/// What a model must beat. Throws Error where there is nothing to count on or the ranges differ.
Likelihood baseline(std::span<const corpus::Piece* const> train,
                    std::span<const corpus::Piece* const> pieces);

}  // namespace toccata::listening
