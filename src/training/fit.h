#pragma once
// A run that is measured in minutes: measures this machine, plans, and tells what was chosen.

#include "base/progress.h"
#include "training/data.h"
#include "training/options.h"
#include "training/plan.h"

namespace toccata::training {

/// What learning costs here, from a few gradients of small and larger models (or of the options'
/// own, where `given` has units) on the first windows of `data`. Takes about a second.
Pace measure_pace(const TrainOptions& options, const Given& given, const TrainingData& data);

/// The options with what the user left open chosen for `seconds` of `ranks` processes like this
/// one. Tells reasons and warnings.
TrainOptions fit_to_time(const TrainOptions& options, const Given& given, const TrainingData& data,
                         double seconds, int ranks, Progress& progress);

}  // namespace toccata::training
