#pragma once
// Beginning a run from another model's weights, and going on with one.

#include <filesystem>
#include <optional>
#include <vector>

#include "base/progress.h"
#include "training/learner.h"
#include "training/options.h"
#include "training/run_context.h"

namespace toccata::training {

/// The weights to begin with: the restored model's, or random ones from the seed, with the head's
/// bias at the log-odds of play, and of articulate where it is open, over all notes of `train`: a
/// fresh model begins near the data's own density instead of learning it first (Karpathy, "A recipe
/// for training neural networks", 2019: "init well"). Throws Error (usage) where the restored sizes
/// are not the options': both shapes are named.
std::vector<float> first_values(const TrainOptions& options,
                                const std::optional<Restored>& restored, const Pieces& train);

/// The weights of `base` for a model that reads music otherwise (network/model/adapt.h); the bias
/// of a channel that is new to it stands at the log-odds of `train`. Throws Error (usage) where the
/// layers differ.
std::vector<float> adapted_values(const network::Model& base, const network::Config& config,
                                  const Pieces& train);

/// Takes over the optimiser's state where it fits; says so, and why where it does not.
void restore_optimiser(Learner& learner, const Restored& restored, Progress& progress);

/// A run that goes on may learn longer, at another rate, on another machine, and be watched
/// otherwise; its model, its music, how that is read, split and cut, its optimiser and its seed
/// stay what they were. Throws Error (usage), naming each option of `now` that contradicts
/// `before`, the options of the run in `folder`.
void check_resumed(const TrainOptions& before, const TrainOptions& now,
                   const std::filesystem::path& folder);

}  // namespace toccata::training
