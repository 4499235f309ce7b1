#pragma once
// Training: the loop, and what frames it. Everything random is a function of the seed and of how
// far the run is, so that a resumed run goes on bit for bit as if it had never stopped (the same
// machine, threads and options; --batches and --epochs, for minutes depend on the clock).

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

#include "base/progress.h"
#include "base/stop.h"
#include "runs/run_folder.h"
#include "training/clock.h"
#include "training/data.h"
#include "training/engine.h"
#include "training/observer.h"
#include "training/options.h"
#include "training/ranks.h"

namespace toccata::training {

/// What a new run starts from instead of random weights.
struct Restored {
  network::Model model;
  std::filesystem::path folder;     // of the model, for messages
  std::filesystem::path optimiser;  // the checkpoint whose optimiser state to take where it fits;
                                    // empty: none
};

struct RunContext {
  runs::RunFolder run;  // made by the caller
  const TrainingData& data;
  std::optional<Restored> restored;
  bool resume = false;  // from the run's newest whole checkpoint; from the beginning where none is
  Observer& observer;
  Progress& progress;  // for messages and warnings; the observer tells how far training is
  const Stop& stop;
  const Clock& clock;  // from when the minutes count
  // The processes that train together, all with the same data, options and `resume`; `stop` is then
  // theirs. The first's alone need be able to write or read the run's folder. Null: one alone.
  Ranks* ranks = nullptr;
  // Who computes gradients on the CPU; tests put faults in here. Null: make_engine.
  std::function<std::unique_ptr<Engine>(const TrainOptions&)> engine = {};
  bool native_bf16 = network::has_native_bf16();  // tests say otherwise
};

/// Trains to the end, or until stop is requested (then a checkpoint is saved first); saves and goes
/// on where a save is requested. The run's folder then holds the best model by validation (the
/// newest where no piece is held out), its model card, options.toml, split.json and checkpoints.
/// Throws Error where the loss diverges or anything that is learned is no finite number (in that
/// update; the last checkpoint stays), where restored sizes differ from the options' (both shapes
/// are named), and what writing files throws, but for options.save_failure.
EndReport train(const TrainOptions& options, const RunContext& context);

}  // namespace toccata::training
