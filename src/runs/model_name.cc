#include "runs/model_name.h"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

#include "base/closest.h"
#include "base/error.h"
#include "base/files.h"
#include "base/progress.h"
#include "base/this_process.h"
#include "runs/checkpoint.h"

namespace toccata::runs {
namespace fs = std::filesystem;
namespace {

bool is_model(const fs::path& folder) {
  std::error_code ignored;
  return fs::is_regular_file(folder / "config.json", ignored) &&
         fs::is_regular_file(folder / "model.safetensors", ignored);
}

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

bool is_plain(std::string_view name) {
  return name != "." && name != ".." && name.find('/') == std::string_view::npos;
}

// Shipped models below `folder`, as names relative to it, at most two levels down.
void collect_shipped(const fs::path& folder, const std::string& prefix, int levels,
                     std::map<std::string, fs::path>& found) {
  std::error_code code;
  for (fs::directory_iterator entry(folder, code), end; !code && entry != end;
       entry.increment(code)) {
    if (!is_folder(entry->path()) || is_temporary(entry->path())) continue;
    const std::string name = prefix + entry->path().filename().string();
    if (is_model(entry->path()))
      found.emplace(name, entry->path());  // an earlier folder's model stays
    else if (levels > 1)
      collect_shipped(entry->path(), name + "/", levels - 1, found);
  }
}

std::map<std::string, fs::path> shipped_models(const Places& places) {
  std::map<std::string, fs::path> found;
  for (const fs::path& folder : places.shipped) collect_shipped(folder, "", 2, found);
  return found;
}

[[noreturn]] void refuse_unknown(std::string_view name, const Places& places) {
  std::string runs, shipped;
  std::vector<std::string> names;
  for (const KnownModel& model : known_models(places)) {
    std::string& list = model.kind == KnownModel::Kind::run ? runs : shipped;
    list += (list.empty() ? "" : ", ") + model.name + (model.complete ? "" : " (no model yet)");
    names.push_back(model.name);
  }
  fail_usage(
      "there is no model \"{}\"{} Runs under {}: {}. Shipped models: {}. The path of a model "
      "folder works, too",
      name, closest(name, names).empty() ? "." : did_you_mean(name, names), places.output.string(),
      runs.empty() ? "none" : runs,
      shipped.empty() ? "none found (TOCCATA_MODELS can name their folder)" : shipped);
}

class LastWarning : public Progress {
 public:
  void warning(std::string_view text) override { text_ = text; }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

// NAME@last and NAME@step-N.
fs::path find_checkpoint(std::string_view name, std::string_view which, const Places& places) {
  check_run_name(name);
  const RunFolder run = open_run(places.output, name);
  const auto all = list_checkpoints(run);
  if (all.empty()) fail_usage("{}: this run has no checkpoint yet", run.path.string());
  if (which == "last") {
    LastWarning progress;
    if (const auto newest = newest_checkpoint(run, progress)) return newest->path;
    fail("{}: every checkpoint of this run is damaged; {}", run.path.string(), progress.text());
  }
  std::string steps;
  for (const Checkpoint& checkpoint : all) {
    const std::string step = "step-" + std::to_string(checkpoint.step);
    if (step == which) {
      const std::string wrong = damage(checkpoint);
      if (!wrong.empty())
        fail("{}: this checkpoint is damaged: {}", checkpoint.path.string(), wrong);
      return checkpoint.path;
    }
    steps += (steps.empty() ? "" : ", ") + step;
  }
  fail_usage("{}@{}: there is no such checkpoint. This run has last, {}", name, which, steps);
}

// The source tree that the program was built in: the nearest folder above the program with models/
// and the project's presets. None for an installed program.
std::optional<fs::path> source_models(const fs::path& program) {
  fs::path folder = program.parent_path();
  for (int level = 0; level < 6 && folder.has_relative_path(); ++level) {
    if (is_folder(folder / "models") && fs::exists(folder / "CMakePresets.json"))
      return folder / "models";
    folder = folder.parent_path();
  }
  return std::nullopt;
}

// The folders that a variable names; those of `usual` where it is not set.
std::vector<fs::path> listed_folders(const char* variable, const char* usual) {
  const std::string named = environment(variable).value_or("");
  return path_list(named.empty() ? usual : named);
}

}  // namespace

std::vector<fs::path> shipped_folders() {
  std::vector<fs::path> folders;
  const auto add = [&](const fs::path& folder) {
    if (is_folder(folder) && std::ranges::find(folders, folder) == folders.end())
      folders.push_back(folder);
  };
  for (const fs::path& folder : listed_folders("TOCCATA_MODELS", "")) add(folder);
  if (const fs::path program = program_path(); !program.empty()) {
    add((program.parent_path().parent_path() / "share/toccata/models"));
    if (const auto models = source_models(program)) add(*models);
  }
  for (const fs::path& folder : listed_folders("XDG_DATA_DIRS", "/usr/local/share:/usr/share"))
    add(folder / "toccata/models");
  return folders;
}

fs::path find_model(std::string_view name, const Places& places) {
  if (name.empty()) fail_usage("expected a model's name, found an empty one");
  const auto shipped = [&]() -> std::optional<fs::path> {
    const auto models = shipped_models(places);
    const auto found = models.find(std::string(name));
    return found == models.end() ? std::nullopt : std::optional(found->second);
  };
  if (!is_plain(name)) {
    const fs::path folder(name);
    if (is_model(folder)) return folder;
    if (const auto path = shipped()) return *path;
    if (is_folder(folder))
      fail_usage("{}: this is not a model folder: config.json or model.safetensors is missing",
                 name);
    refuse_unknown(name, places);
  }
  if (const std::size_t at = name.find('@'); at != std::string_view::npos)
    return find_checkpoint(name.substr(0, at), name.substr(at + 1), places);
  const fs::path run = places.output / name;
  if (is_model(run)) return run;
  if (const auto path = shipped()) return *path;
  if (is_model(fs::path(name))) return fs::path(name);
  if (fs::exists(run / "config.json"))
    fail_usage("{}: this run has written no model yet{}", run.string(),
               list_checkpoints({run}).empty()
                   ? ""
                   : fmt::format("; its newest checkpoint is {}@last", name));
  refuse_unknown(name, places);
}

std::vector<KnownModel> known_models(const Places& places) {
  std::vector<KnownModel> models;
  for (const RunFolder& run : list_runs(places.output))
    models.push_back({KnownModel::Kind::run, run.name(), run.path, is_model(run.path)});
  for (const auto& [name, path] : shipped_models(places)) {
    const bool benchmark = name.starts_with("benchmarks/");
    models.push_back(
        {benchmark ? KnownModel::Kind::benchmark : KnownModel::Kind::shipped, name, path, true});
  }
  return models;
}

const char* to_word(KnownModel::Kind kind) {
  if (kind == KnownModel::Kind::run) return "run";
  return kind == KnownModel::Kind::shipped ? "shipped" : "benchmark";
}

std::string default_model(const std::vector<KnownModel>& models) {
  const KnownModel* best = nullptr;
  // Runs before shipped models; of runs the newest, of shipped models chorales, then the first.
  const auto rank = [](const KnownModel& model) {
    std::error_code ignored;
    const bool run = model.kind == KnownModel::Kind::run;
    const auto written = run ? fs::last_write_time(model.path / "model.safetensors", ignored)
                             : fs::file_time_type::min();
    return std::tuple(run, written, model.name == "chorales");
  };
  for (const KnownModel& model : models)
    if (model.offered() && (!best || rank(model) > rank(*best))) best = &model;
  return best ? best->name : "";
}

}  // namespace toccata::runs
