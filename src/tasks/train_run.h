#pragma once
// Starting a training run, or going on with one: the options as they were given are resolved, the
// music is read, sizes are chosen where the run is measured in minutes, and all processes that a
// launcher started train together.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "base/stop.h"
#include "runs/run_folder.h"
#include "tasks/verdict.h"
#include "training/reports.h"

namespace toccata::tasks {

struct TrainRequest {
  std::vector<std::string> paths;            // of music; empty: those of the other options
  std::string config;                        // a TOML file of options; empty: none
  std::map<std::string, std::string> texts;  // options by key (training/option_list.h), as typed
  bool resume = false;                       // go on with the run of this name
  int sample_steps = 256;  // length of the piece composed at each checkpoint; 0: none
  std::string program;     // for the pieces' receipts
};

struct TrainOutcome {
  runs::RunFolder run;
  training::EndReport report;
  int processes = 1;
  std::optional<Verdict> verdict;  // of a run that came to its end; also in its verdict.json
};

/// Trains to the end, or until stop is requested. Flags go before the config file, that before what
/// a resumed run or a restored model was, that before the defaults. Nothing where it was stopped
/// before it began, and in all processes but the first. Throws Error (usage) where an option is
/// wrong, a name is taken or a resumed run began otherwise, and what training throws. A new run
/// that failed before it wrote anything leaves its name free.
std::optional<TrainOutcome> train_run(const TrainRequest& request, Progress& progress,
                                      const Stop& stop);

}  // namespace toccata::tasks
