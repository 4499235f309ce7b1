#pragma once
// Music that is listened to without a model: how it is read, shared by describe and copying.

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "cli/commands/roll_options.h"
#include "cli/shell/command.h"
#include "corpus/split.h"

namespace toccata::cli {

/// All 128 pitches unless asked otherwise: nothing is folded.
inline corpus::ImportOptions listening_import() {
  corpus::ImportOptions options;
  options.roll.low = 0;
  options.roll.high = 127;
  return options;
}

inline void add_reading(CLI::App& app, corpus::ImportOptions& options) {
  app.add_option("--grid", options.roll.grid, "steps per quarter note")->capture_default_str();
  app.add_option("--low", options.roll.low, "lowest pitch; lower notes are folded by octaves")
      ->capture_default_str();
  app.add_option("--high", options.roll.high, "highest pitch")->capture_default_str();
  add_beats_from(app, options.roll);
  app.add_option("--min-steps", options.min_steps, "leave shorter pieces out")
      ->capture_default_str();
  app.add_option("--threads", options.threads, "threads; 0: as many as the processor has")
      ->capture_default_str();
}

/// The pieces of `paths`; of one part only where `split` names it (train, valid, test).
inline std::vector<corpus::Piece> read_part(const std::vector<std::string>& paths,
                                            const std::string& split,
                                            const corpus::ImportOptions& options,
                                            Context& context) {
  const std::vector<std::filesystem::path> named(paths.begin(), paths.end());
  corpus::Corpus corpus = corpus::import_paths(named, options, context.progress, context.stop);
  for (const corpus::FileReport& file : corpus.report.files) {
    if (!file.kept)
      context.progress.warning(fmt::format("{}: left out: {}", file.name, file.reason));
  }
  return corpus::pieces_of_part(std::move(corpus), split);
}

}  // namespace toccata::cli
