#pragma once
// MODEL on the command line, and music read for it: shared by the commands that use a model.

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "cli/shell/command.h"
#include "tasks/given_music.h"
#include "tasks/named_model.h"

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

using tasks::NamedModel;

inline NamedModel load_named(const ModelArgument& argument) {
  return tasks::load_named(argument.name, argument.output);
}

inline corpus::Corpus read_for(const network::Config& config, const std::vector<std::string>& paths,
                               int min_steps, Context& context) {
  return tasks::read_for(config, paths, min_steps, context.progress, context.stop);
}

}  // namespace toccata::cli
