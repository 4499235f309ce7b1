#pragma once
// How good the model is on pieces that it does not learn from: exact, whole pieces, dropout off.

#include <optional>
#include <vector>

#include "base/stop.h"
#include "network/weights.h"
#include "training/data.h"

namespace toccata::training {

/// The pieces to validate on during training: all of them, or, where that would take more than
/// about a tenth of the time, as many as fit into it (at least one), drawn by their hash so that
/// the sample is the same in every run. A frame costs about half as much to validate as to learn
/// from (measured: docs/performance.md).
Pieces validation_sample(const Pieces& valid, int validate_every, int batch_size, int time_steps);

/// Nats per step of whole pieces: positive, lower is better. Nothing where there are no pieces or
/// stop was requested meanwhile.
std::optional<double> validate(const network::Model& model, const Pieces& pieces,
                               const TrainOptions& options, const Stop& stop);

}  // namespace toccata::training
