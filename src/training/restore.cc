#include "training/restore.h"

#include <fmt/ranges.h>
#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "base/error.h"
#include "network/model/adapt.h"
#include "network/model/weights.h"
#include "training/checkpoint.h"
#include "training/options_file.h"

namespace toccata::training {
namespace {

void check_same_sizes(const network::Config& here, const Restored& restored) {
  const std::vector<network::Parameter> wanted = network::parameters(here);
  const network::Config& there = restored.model.config;
  const std::vector<network::Parameter> found = network::parameters(there);
  for (std::size_t i = 0; i < std::max(wanted.size(), found.size()); ++i) {
    if (i >= wanted.size() || i >= found.size() || wanted[i].name != found[i].name)
      fail_usage(
          "--restore {}: its layers are {}, this run's {}; leave the sizes out to take over the "
          "model's",
          restored.folder.string(), network::layers_text(there), network::layers_text(here));
    if (wanted[i].shape != found[i].shape)
      fail_usage(
          "--restore {}: {} has shape ({}) there and ({}) in this run; leave the sizes out to "
          "take over the model's",
          restored.folder.string(), wanted[i].name, fmt::join(found[i].shape, ", "),
          fmt::join(wanted[i].shape, ", "));
  }
  if (here.heads == network::Heads::per_note && here.roll.low != restored.model.config.roll.low)
    fail_usage(
        "--restore {}: each of its notes from {} up has an output layer of its own, and this run's "
        "notes begin at {}; leave --low and --high out to take over the model's",
        restored.folder.string(), restored.model.config.roll.low, here.roll.low);
}

/// The log-odds of a bit that is 1 in `yes` of `all` places, one of each seen beforehand.
float log_odds(std::int64_t yes, std::int64_t all) {
  return static_cast<float>(
      std::log((1 + static_cast<double>(yes)) / (1 + static_cast<double>(all - yes))));
}

/// The bias of the channels that `knows` does not have.
void start_head_at_density(const network::Config& config, const Pieces& train,
                           std::vector<float>& values, const network::Config* knows = nullptr) {
  corpus::CellCounts sum;
  std::int64_t cells = 0;
  for (const corpus::Piece* piece : train) {
    const corpus::CellCounts counts = corpus::cell_counts(*piece);
    sum.sounding += counts.sounding;
    sum.open += counts.open;
    sum.again += counts.again;
    cells += static_cast<std::int64_t>(piece->roll.steps) * piece->roll.notes();
  }
  float* bias = network::slices(config, values.data()).head_bias;  // (head_count, C)
  for (int head = 0; head < config.head_count(); ++head)
    for (const music::Channel& channel : config.cells()) {
      const float density = channel.bit == music::kPlay         ? log_odds(sum.sounding, cells)
                            : channel.bit == music::kArticulate ? log_odds(sum.again, sum.open)
                                                                : 0;
      const bool known = knows && std::ranges::any_of(knows->cells(), [&](const auto& other) {
                           return other.bit == channel.bit;
                         });
      if (!known) *bias = density;
      ++bias;
    }
}

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 3> kFixedGroups = {"Model", "Reading music", "Split"};
constexpr std::array<std::string_view, 7> kFixedKeys = {
    "restore", "from", "seed", "optimizer", "average", "batch-size", "time-steps"};

std::vector<fs::path> normal(const std::vector<std::string>& paths) {
  std::vector<fs::path> result;
  for (const std::string& path : paths) {
    const fs::path absolute = fs::absolute(path).lexically_normal();
    result.push_back(absolute.has_filename() ? absolute : absolute.parent_path());
  }
  return result;
}

}  // namespace

std::vector<float> adapted_values(const network::Model& base, const network::Config& config,
                                  const Pieces& train) {
  std::vector<float> values = network::adapted(base, config);
  start_head_at_density(config, train, values, &base.config);
  return values;
}

std::vector<float> first_values(const TrainOptions& options,
                                const std::optional<Restored>& restored, const Pieces& train) {
  if (!restored) {
    std::vector<float> values = network::initial_values(options.model, options.seed,
                                                        static_cast<float>(options.forget_bias));
    start_head_at_density(options.model, train, values);
    return values;
  }
  if (restored->adapt) return adapted_values(restored->model, options.model, train);
  check_same_sizes(options.model, *restored);
  return restored->model.values;
}

void restore_optimiser(Learner& learner, const Restored& restored, Progress& progress) {
  if (restored.adapt) return;
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

void check_resumed(const TrainOptions& before, const TrainOptions& now, const fs::path& folder) {
  std::string found;
  for (const Difference& each : differences(before, now)) {
    if (std::ranges::find(kFixedGroups, each.group) == kFixedGroups.end() &&
        std::ranges::find(kFixedKeys, each.key) == kFixedKeys.end())
      continue;
    found += fmt::format("{}--{} is {} there, {} here", found.empty() ? "" : "; ", each.key,
                         each.first, each.second);
  }
  if (normal(before.paths) != normal(now.paths))
    found += fmt::format("{}its music is {} there, {} here", found.empty() ? "" : "; ",
                         fmt::join(before.paths, ", "), fmt::join(now.paths, ", "));
  if (!found.empty())
    fail_usage(
        "--resume: the run {} began otherwise: {}. Leave that out, or start another run from its "
        "weights: --restore {} --name OTHER",
        folder.string(), found, before.name);
}

}  // namespace toccata::training
