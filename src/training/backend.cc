#include "training/backend.h"

#include <system_error>
#include <utility>

#include "base/error.h"
#include "base/shared_library.h"
#include "base/this_process.h"

namespace toccata::training {
namespace {
namespace fs = std::filesystem;

constexpr const char* kName = "toccata-torch" TOCCATA_PLUGIN_SUFFIX;

/// Beside this program, as it is built, and where it is installed.
std::vector<fs::path> places() {
  const fs::path folder = program_path().parent_path();
  return {folder / kName, (folder / TOCCATA_PLUGIN_FOLDER / kName).lexically_normal()};
}

struct Loaded {
  const TorchPlugin* plugin = nullptr;
  std::string why_not;
};

Loaded load() {
  const fs::path path = torch_plugin_path();
  if (path.empty())
    return {nullptr, fmt::format("is not installed (looked for {} and {})", places()[0].string(),
                                 places()[1].string())};
  try {
    const SharedLibrary library(path);
    const auto entry = library.function<TorchPluginEntry>(kTorchPluginEntry);
    if (const TorchPlugin* plugin = entry(torch_plugin_abi().c_str())) return {plugin, ""};
    return {nullptr, fmt::format("is of another version than this program: {}", path.string())};
  } catch (const Error& error) {
    return {nullptr, fmt::format("fails: {}", error.what())};
  }
}

bool loaded_any = false;

const Loaded& loaded() {
  static const Loaded once = load();
  loaded_any = once.plugin != nullptr;
  return once;
}

}  // namespace

const TorchPlugin& torch_plugin(const std::string& purpose) {
  if (const TorchPlugin* plugin = loaded().plugin) return *plugin;
  fail_usage(
      "{} needs LibTorch, and toccata-torch {}. Install the package toccata-torch of this version, "
      "or build it with ./dev build --torch",
      purpose, loaded().why_not);
}

void load_what_is_needed(const TrainOptions& options) {
  if (options.device == Device::cuda) torch_plugin("--device cuda");
  if (options.engine == EngineKind::torch) torch_plugin("--engine torch");
}

fs::path torch_plugin_path() {
  std::error_code code;
  for (const fs::path& path : places())
    if (fs::exists(path, code)) return path;
  return {};
}

bool torch_plugin_is_loaded() {
  return loaded_any;
}

std::unique_ptr<Engine> make_engine(const TrainOptions& options) {
  if (options.engine == EngineKind::torch) return torch_plugin("--engine torch").engine(options);
  return make_own_engine(options);
}

std::unique_ptr<Learner> make_learner(const TrainOptions& options, const std::vector<float>& values,
                                      Ranks* ranks, std::unique_ptr<Engine> engine) {
  if (options.device == Device::cuda)
    return torch_plugin("--device cuda").learner(options, values, ranks);
  return make_own_learner(options, values, ranks,
                          engine ? std::move(engine) : make_engine(options));
}

std::unique_ptr<Ranks> join_ranks(const Launch& launch, double timeout, const Stop& stop) {
  if (launch.ranks == 1) return std::make_unique<SingleRank>(stop);
  return torch_plugin(fmt::format("training in {} processes", launch.ranks))
      .join(launch, timeout, stop);
}

}  // namespace toccata::training
