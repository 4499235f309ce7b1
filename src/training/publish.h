#pragma once
// The model folder that a run's folder is: the weights to use, config.json and the model card.

#include <optional>

#include "network/weights.h"
#include "runs/run_folder.h"
#include "training/course.h"
#include "training/data.h"
#include "training/options.h"

namespace toccata::training {

/// What the card says of a model's quality, exact and over whole pieces, in nats per step as losses
/// are: positive, lower is better.
struct Quality {
  std::optional<double> valid, test, baseline_valid, baseline_test;
  bool whole = true;  // valid and test are of all held-out pieces, not of a sample
};

/// Writes model.safetensors, config.json and README.md. The loss while learning, of windows and
/// with dropout, is no such figure: the card tells it in words, from `position`.
void publish(const runs::RunFolder& run, const network::Model& model, const TrainOptions& options,
             const TrainingData& data, const Position& position, const Quality& quality);

}  // namespace toccata::training
