#pragma once
// What MODEL on the command line means. In this order, first match wins:
//   1. with a path separator in it (or "." or ".."): a model folder; where there is no such folder,
//      a shipped model's name of several parts, such as benchmarks/jsb
//   2. NAME@last, NAME@step-N: a checkpoint of the run NAME
//   3. NAME: the run output/NAME, its best weights by validation
//   4. NAME: a shipped model
//   5. NAME: a model folder of this name in the working directory
// Shipped models are looked for in each folder of $TOCCATA_MODELS (a list with ':'), then in
// ../share/toccata/models beside the program's own folder, then in models/ of the source tree that
// the program was built in, then in toccata/models of each folder of $XDG_DATA_DIRS
// (/usr/local/share and /usr/share where it is not set): other programs than Toccata's own find
// them there.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace toccata::runs {

/// The folders in which shipped models are looked for, in order; absent ones are left out.
std::vector<std::filesystem::path> shipped_folders();

struct Places {
  std::filesystem::path output = "output";                         // where runs stand
  std::vector<std::filesystem::path> shipped = shipped_folders();  // where shipped models stand
};

/// The model folder that `name` means: config.json and model.safetensors are there. Throws Error
/// (usage) where nothing has that name, listing what there is, and where a run has no model yet.
std::filesystem::path find_model(std::string_view name, const Places& places);

struct KnownModel {
  enum class Kind { run, shipped };
  Kind kind = Kind::run;
  std::string name;            // what to call it by
  std::filesystem::path path;  // its folder
  bool complete = false;       // false: a run that has not written a model yet
};

/// Runs by name, then shipped models by name (a name found in an earlier folder hides later ones).
std::vector<KnownModel> known_models(const Places& places);

}  // namespace toccata::runs
