#pragma once
// Beginning a run from another model's weights.

#include <optional>
#include <vector>

#include "base/progress.h"
#include "training/learner.h"
#include "training/options.h"
#include "training/trainer.h"

namespace toccata::training {

/// The weights to begin with: the restored model's, or random ones from the seed, with the head's
/// bias at the log-odds of play, and of articulate where it is open, over all notes of `train`: a
/// fresh model begins near the data's own density instead of learning it first (Karpathy, "A recipe
/// for training neural networks", 2019: "init well"). Throws Error (usage) where the restored sizes
/// are not the options': both shapes are named.
std::vector<float> first_values(const TrainOptions& options,
                                const std::optional<Restored>& restored, const Pieces& train);

/// Takes over the optimiser's state where it fits; says so, and why where it does not.
void restore_optimiser(Learner& learner, const Restored& restored, Progress& progress);

}  // namespace toccata::training
