#include "training/resumed.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/error.h"
#include "training/options_file.h"

namespace toccata::training {
namespace {
namespace fs = std::filesystem;

constexpr std::array<std::string_view, 3> kFixedGroups = {"Model", "Reading music", "Split"};
constexpr std::array<std::string_view, 6> kFixedKeys = {"restore", "seed",       "optimizer",
                                                        "average", "batch-size", "time-steps"};

std::vector<fs::path> normal(const std::vector<std::string>& paths) {
  std::vector<fs::path> result;
  for (const std::string& path : paths) {
    const fs::path absolute = fs::absolute(path).lexically_normal();
    result.push_back(absolute.has_filename() ? absolute : absolute.parent_path());
  }
  return result;
}

}  // namespace

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
