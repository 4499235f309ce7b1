#pragma once
// How good the model is on pieces that it does not learn from: exact, whole pieces, dropout off.

#include <optional>
#include <vector>

#include "base/stop.h"
#include "network/weights.h"
#include "training/data.h"
#include "training/ranks.h"

namespace toccata::training {

/// What a frame costs to validate, as a share of what it costs to learn from; and the share of the
/// time that validation may take.
inline constexpr double kValidationCost = 0.5, kValidationShare = 0.1;

/// The pieces to validate on during training: all of them, or, where that would take more than
/// about a tenth of the time, as many as fit into it (at least one), drawn by their hash so that
/// the sample is the same in every run. Reckoned from the sizes alone, never from a clock.
Pieces validation_sample(const Pieces& valid, int validate_every, int batch_size, int time_steps);

/// As many of the pieces as hold `share` of their steps, drawn likewise; all of them from 1 on, and
/// one at least.
Pieces share_of(const Pieces& pieces, double share);

/// Seconds that a time step takes to validate, from the beginnings of a few pieces.
double measure_validation(const network::Model& model, const Pieces& pieces,
                          const TrainOptions& options);

/// Nats per step of whole pieces: positive, lower is better. Nothing where there are no pieces or
/// stop was requested meanwhile. Each process judges its share of them; all get the whole's figure.
std::optional<double> validate(const network::Model& model, const Pieces& pieces,
                               const TrainOptions& options, Ranks& ranks);

}  // namespace toccata::training
