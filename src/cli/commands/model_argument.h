#pragma once
// MODEL on the command line, and music read for it: shared by the commands that use a model.

#include <CLI/CLI.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "cli/shell/command.h"
#include "corpus/import.h"
#include "network/weights.h"
#include "runs/model_name.h"
#include "runs/run_folder.h"

namespace toccata::cli {

struct ModelArgument {
  std::string name;
  std::string output = "output";
};

inline CLI::Option* add_model(CLI::App& app, ModelArgument& argument) {
  app.add_option("--output", argument.output, "folder of the runs")
      ->type_name("FOLDER")
      ->capture_default_str();
  return app.add_option(
      "MODEL", argument.name,
      "a run's name, NAME@last, NAME@step-N, a shipped model's name, or a folder");
}

struct NamedModel {
  network::Model model;
  std::filesystem::path folder;
  std::optional<runs::RunFolder> run;  // the run that it belongs to; none for other model folders
};

inline NamedModel load_named(const ModelArgument& argument) {
  namespace fs = std::filesystem;
  NamedModel named;
  named.folder = runs::find_model(argument.name, {.output = argument.output});
  named.model = network::load_model(named.folder);
  const fs::path folder = fs::absolute(named.folder / "").lexically_normal().parent_path();
  if (folder.parent_path().filename() == "checkpoints") {
    named.run = runs::RunFolder{folder.parent_path().parent_path()};
  } else if (fs::exists(folder / "options.toml")) {
    named.run = runs::RunFolder{folder};
  }
  if (named.run) named.run->path = named.run->path.lexically_proximate(fs::current_path());
  return named;
}

/// The pieces of `paths` as the model reads them; nothing is dropped in silence: a pitch outside
/// its range is refused unless its Config folds.
inline corpus::Corpus read_for(const network::Config& config, const std::vector<std::string>& paths,
                               int min_steps, Context& context) {
  corpus::ImportOptions options{.roll = config.roll, .min_steps = min_steps};
  if (options.roll.out_of_range == music::OutOfRange::drop) {
    options.roll.out_of_range = music::OutOfRange::refuse;
  }
  const std::vector<std::filesystem::path> named(paths.begin(), paths.end());
  corpus::Corpus corpus = corpus::import_paths(named, options, context.progress, context.stop);
  for (const corpus::FileReport& file : corpus.report.files) {
    if (!file.kept)
      context.progress.warning(fmt::format("{}: left out: {}", file.name, file.reason));
  }
  return corpus;
}

}  // namespace toccata::cli
