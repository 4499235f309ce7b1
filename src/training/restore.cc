#include "training/restore.h"

#include "base/error.h"
#include "network/weights.h"
#include "training/checkpoint.h"

namespace toccata::training {
namespace {

void check_same_sizes(const network::Config& here, const Restored& restored) {
  const std::vector<network::Parameter> wanted = network::parameters(here);
  const std::vector<network::Parameter> found = network::parameters(restored.model.config);
  for (std::size_t i = 0; i < std::max(wanted.size(), found.size()); ++i) {
    if (i >= wanted.size() || i >= found.size() || wanted[i].name != found[i].name)
      fail_usage(
          "--restore {}: it has {} layers along time and {} along the notes, this run {} and "
          "{}; leave the sizes out to take over the model's",
          restored.folder.string(), restored.model.config.time_units.size(),
          restored.model.config.note_units.size(), here.time_units.size(), here.note_units.size());
    if (wanted[i].shape != found[i].shape)
      fail_usage(
          "--restore {}: {} has shape ({}) there and ({}) in this run; leave the sizes out to "
          "take over the model's",
          restored.folder.string(), wanted[i].name, fmt::join(found[i].shape, ", "),
          fmt::join(wanted[i].shape, ", "));
  }
}

}  // namespace

std::vector<float> first_values(const TrainOptions& options,
                                const std::optional<Restored>& restored) {
  if (!restored)
    return network::initial_values(options.model, options.seed,
                                   static_cast<float>(options.forget_bias));
  check_same_sizes(options.model, *restored);
  return restored->model.values;
}

void restore_optimiser(Learner& learner, const Restored& restored, Progress& progress) {
  if (restored.optimiser.empty()) {
    progress.message("The optimiser starts afresh: " + restored.folder.string() +
                     " has no state of one beside it");
    return;
  }
  const bool taken = learner.load_optimiser(read_learner(restored.optimiser));
  progress.message(
      fmt::format("{} {}",
                  taken ? "The optimiser goes on from"
                        : "The optimiser starts afresh: it is of another kind than the one in",
                  restored.optimiser.string()));
}

}  // namespace toccata::training
