#pragma once
// What stands in a checkpoint besides the model itself (config.json, model.safetensors: the weights
// to use):
//   learner.safetensors  weights as trained, their average, the optimiser's state (learner.h)
//   position.json        where the run stands (schedule.h)
//   options.toml         the options it was made under
// Randomness needs nothing more: every draw is a function of the seed and these counters. Sealing,
// listing and tidying: runs/checkpoint.h.

#include <filesystem>
#include <optional>

#include "base/progress.h"
#include "network/model/safetensors.h"
#include "network/model/weights.h"
#include "runs/run_folder.h"
#include "training/options.h"
#include "training/schedule.h"

namespace toccata::training {

/// Writes checkpoints/step-N, N the updates done, and deletes the older ones but
/// options.keep_checkpoints. Returns its folder.
std::filesystem::path save_checkpoint(const runs::RunFolder& run, const network::Model& model,
                                      const network::TensorFile& learner, const Position& position,
                                      const TrainOptions& options);

struct LoadedCheckpoint {
  std::filesystem::path path;
  network::TensorFile learner;
  Position position;
};

/// The newest checkpoint that is whole. A damaged one is passed over for an older one, with a
/// warning that names it and the damage. Nothing where the run has none.
std::optional<LoadedCheckpoint> load_newest_checkpoint(const runs::RunFolder& run,
                                                       Progress& progress);

/// learner.safetensors of a checkpoint.
network::TensorFile read_learner(const std::filesystem::path& checkpoint);

OrderedJson to_json(const Position& position);
Position position_from_json(const Json& json, std::string_view where);

}  // namespace toccata::training
