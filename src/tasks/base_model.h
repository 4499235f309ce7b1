#pragma once
// The model that a run learns on from: the one named, or the shipped one that knows the music best.

#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "base/stop.h"
#include "network/model/config.h"
#include "training/data.h"
#include "training/options.h"
#include "training/run_context.h"

namespace toccata::tasks {

/// The model `name`, to be adapted. Throws Error.
training::Restored load_base(const std::string& name, const std::string& output);

/// The Config of a run that learns on from `base`: its layers and features, of music that is read
/// as `roll` says.
network::Config config_from(const network::Config& base, const music::Options& roll);
/// Those of `echoes` that it lacks.
void add_echoes(network::Config& config, const std::vector<int>& echoes);

struct ChosenBase {
  std::string name;
  training::Restored base;
};
/// Of the shipped models, benchmarks left out, that could be gone on from: the one whose adapted
/// weights give a sample of `data`'s training pieces the highest likelihood, as `options` reads
/// them. Tells what each says. Nothing where none says more than marginal frequencies do.
std::optional<ChosenBase> choose_base(const training::TrainOptions& options,
                                      const training::TrainingData& data, Progress& progress,
                                      const Stop& stop);

}  // namespace toccata::tasks
