#pragma once

#include <filesystem>

#include "training/options.h"

namespace toccata::training {

/// A run that goes on may learn longer, at another rate, on another machine, and be watched
/// otherwise; its model, its music, how that is read, split and cut, its optimiser and its seed
/// stay what they were. Throws Error (usage), naming each option of `now` that contradicts
/// `before`, the options of the run in `folder`.
void check_resumed(const TrainOptions& before, const TrainOptions& now,
                   const std::filesystem::path& folder);

}  // namespace toccata::training
