#include "studio/training_order.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include "runs/run_folder.h"
#include "studio/http.h"

namespace toccata::studio {
namespace {

namespace fs = std::filesystem;

struct NumberOption {
  const char* key;   // in the order
  const char* flag;  // of toccata train
  double least, most;
  bool whole;
};

// The bounds keep a page from asking for more than a machine has; `toccata train` has its own too.
constexpr std::array kNumbers = {
    NumberOption{"minutes", "--minutes", 0.01, 7 * 24 * 60, false},
    NumberOption{"batches", "--batches", 1, 1e9, true},
    NumberOption{"batch_size", "--batch-size", 1, 256, true},
    NumberOption{"time_steps", "--time-steps", 8, 1024, true},
    NumberOption{"keep_prob", "--keep-prob", 0.05, 1, false},
    NumberOption{"learning_rate", "--learning-rate", 1e-7, 10, false},
    NumberOption{"transpose", "--transpose", 0, 24, true},
    NumberOption{"validate_every", "--validate-every", 1, 1e6, true},
    NumberOption{"save_every", "--save-every", 1, 1e6, true},
    NumberOption{"seed", "--seed", 0, 9e15, true},
};

std::string number_text(const Json& value, const NumberOption& option) {
  const bool fits = (option.whole ? value.is_number_integer() : value.is_number()) &&
                    value.get<double>() >= option.least && value.get<double>() <= option.most;
  if (!fits) {
    fail_usage("order: \"{}\": expected a {} from {} to {}", option.key,
               option.whole ? "whole number" : "number", option.least, option.most);
  }
  return option.whole ? std::to_string(value.get<std::int64_t>())
                      : fmt::format("{}", value.get<double>());
}

// A run, NAME@last or NAME@step-N: never a path.
std::string model_text(const std::string& name) {
  const std::size_t at = std::min(name.find('@'), name.size());
  runs::check_run_name(std::string_view(name).substr(0, at));
  if (at < name.size()) runs::check_run_name(std::string_view(name).substr(at + 1));
  return name;
}

std::string units_text(const Json& value, const char* key) {
  constexpr std::size_t kMostLayers = 8;
  constexpr int kMostUnits = 2048;
  if (!value.is_array() || value.empty() || value.size() > kMostLayers) {
    fail_usage("order: \"{}\": expected a list of 1 to {} sizes", key, kMostLayers);
  }
  std::vector<int> units;
  for (const Json& unit : value) {
    const bool fits = unit.is_number_integer() && unit.get<std::int64_t>() >= 1 &&
                      unit.get<std::int64_t>() <= kMostUnits;
    if (!fits) fail_usage("order: \"{}\": a layer has 1 to {} units", key, kMostUnits);
    units.push_back(unit.get<int>());
  }
  return fmt::format("{}", fmt::join(units, ","));
}

}  // namespace

std::vector<NamedFolder> named_folders(const std::vector<std::string>& paths) {
  std::vector<NamedFolder> folders;
  for (const std::string& path : paths) {
    if (!fs::is_directory(path)) fail_usage("--folder {}: there is no such folder", path);
    const fs::path whole = fs::canonical(path);
    const std::string stem = whole.filename().empty() ? "folder" : whole.filename().string();
    std::string name = stem;
    const auto taken = [&] {
      return std::any_of(folders.begin(), folders.end(),
                         [&](const NamedFolder& other) { return other.name == name; });
    };
    for (int copy = 2; taken(); ++copy) name = fmt::format("{}-{}", stem, copy);
    folders.push_back({name, whole.string(), false});
  }
  return folders;
}

TrainingOrder read_training_order(const Json& json, const std::vector<NamedFolder>& folders) {
  if (!json.is_object()) fail_usage("order: expected an object, found {}", json_type(json));
  TrainingOrder order;
  order.name = text_member(json, "name");
  runs::check_run_name(order.name);
  const std::string wanted = text_member(json, "folder");
  const auto folder = std::find_if(folders.begin(), folders.end(),
                                   [&](const NamedFolder& named) { return named.name == wanted; });
  if (folder == folders.end()) {
    fail_usage(
        "order: no folder \"{}\" was named when the studio was started (--folder DIR), and no "
        "music "
        "of this name was dropped",
        wanted.substr(0, 100));
  }
  order.folder = folder->name;
  order.words = {folder->path, "--name", order.name};
  for (const auto& [key, value] : json.items()) {
    if (key == "name" || key == "folder") continue;
    const auto option =
        std::find_if(kNumbers.begin(), kNumbers.end(),
                     [&name = key](const NumberOption& known) { return known.key == name; });
    if (option != kNumbers.end()) {
      order.words.insert(order.words.end(), {option->flag, number_text(value, *option)});
    } else if (key == "time_units") {
      order.words.insert(order.words.end(), {"--time-units", units_text(value, "time_units")});
    } else if (key == "note_units") {
      order.words.insert(order.words.end(), {"--note-units", units_text(value, "note_units")});
    } else if (key == "restore" || key == "from") {
      order.words.insert(order.words.end(), {"--" + key, model_text(text_member(json, key))});
    } else {
      fail_usage("order: there is no \"{}\" (docs/api.md names what there is)", key.substr(0, 100));
    }
  }
  if (json.contains("minutes") && json.contains("batches")) {
    fail_usage("order: \"minutes\" and \"batches\" exclude each other");
  }
  return order;
}

}  // namespace toccata::studio
