#pragma once
// What a run is given besides its options.

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

#include "base/clock.h"
#include "base/progress.h"
#include "base/stop.h"
#include "network/model/weights.h"
#include "runs/run_folder.h"
#include "training/data.h"
#include "training/engine.h"
#include "training/options.h"
#include "training/ranks.h"
#include "training/reports.h"

namespace toccata::training {

/// What a new run starts from instead of random weights.
struct Restored {
  network::Model model;
  std::filesystem::path folder;     // of the model, for messages
  std::filesystem::path optimiser;  // the checkpoint whose optimiser state to take where it fits;
                                    // empty: none
  bool adapt = false;  // to the run's features, range and channels; the optimiser starts afresh
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

}  // namespace toccata::training
