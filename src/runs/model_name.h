#pragma once
// What MODEL on the command line means. The first match wins, in this order:
//   1. with a path separator in it (or "." or ".."): a model folder; if there is no such folder, a
//      shipped model's name of several parts, such as benchmarks/jsb-quarter
//   2. NAME@last, NAME@step-N: a checkpoint of the run NAME
//   3. NAME: the run output/NAME, its best weights by validation
//   4. NAME: a shipped model
//   5. NAME: a model folder of this name in the working directory
// Shipped models are looked for in each folder of $TOCCATA_MODELS (a list with ':'), then in
// ../share/toccata/models beside the program's own folder, then in models/ of the source tree in
// which the program was built, then in toccata/models of each folder of $XDG_DATA_DIRS
// (/usr/local/share and /usr/share if it is not set), where programs that use the library find
// them.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace toccata::runs {

/// The existing folders in which shipped models are looked for, in order.
std::vector<std::filesystem::path> shipped_folders();

struct Places {
  std::filesystem::path output = "output";                         // where runs stand
  std::vector<std::filesystem::path> shipped = shipped_folders();  // where shipped models stand
};

/// The model folder that `name` means, with config.json and model.safetensors. Throws Error (usage)
/// if nothing has that name, with a list of the names there are, or if a run has no model yet.
std::filesystem::path find_model(std::string_view name, const Places& places);

struct KnownModel {
  /// benchmark: shipped below benchmarks/, to be measured; composers are not offered it.
  enum class Kind { run, shipped, benchmark };
  Kind kind = Kind::run;
  std::string name;            // as find_model takes it
  std::filesystem::path path;  // its folder
  bool complete = false;       // false for a run that has not written a model yet
  bool offered() const { return complete && kind != Kind::benchmark; }
};

/// The word for it: "run", "shipped" or "benchmark".
const char* to_word(KnownModel::Kind kind);

/// Runs by name, then shipped models by name. A name in an earlier folder hides later ones.
std::vector<KnownModel> known_models(const Places& places);

/// The name of the one to compose with where none is named: the newest run, else chorales, else the
/// first shipped model; only among those offered. Empty where none is.
std::string default_model(const std::vector<KnownModel>& models);

}  // namespace toccata::runs
