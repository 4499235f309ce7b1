#pragma once
// Training: the loop, and what frames it. Everything random is a function of the seed and of how
// far the run is, so that a resumed run goes on bit for bit as if it had never stopped (the same
// machine, threads and options; --batches and --epochs, for minutes depend on the clock).

#include "training/run_context.h"

namespace toccata::training {

/// Trains to the end, or until stop is requested (then a checkpoint is saved first); saves and goes
/// on where a save is requested. The run's folder then holds the best model by validation (the
/// newest where no piece is held out), its model card, options.toml, split.json and checkpoints.
/// Throws Error where the loss diverges or anything that is learned is no finite number (in that
/// update; the last checkpoint stays), where restored sizes differ from the options' (both shapes
/// are named), and what writing files throws, but for options.save_failure.
EndReport train(const TrainOptions& options, const RunContext& context);

}  // namespace toccata::training
