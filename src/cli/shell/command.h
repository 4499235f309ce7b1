#pragma once
// What every subcommand gets, and what it is made of. One file a subcommand; program.cc dispatches.
//
// A command adds its options to `app` and sets app.callback(…), which does the work. It throws
// Error where something is wrong (kind usage: exit code 2, else 1) and returns early where
// context.stop is requested (exit code 130 or 143). Data goes to stdout (context.progress.print,
// or fmt::print where no bar can be up), messages to stderr (context.progress).
//
// Every option can also be given in the environment: --batch-size of train as
// TOCCATA_TRAIN_BATCH_SIZE. program.cc sees to it.

#include <CLI/CLI.hpp>
#include <span>
#include <string>

#include "base/error.h"
#include "base/stop.h"
#include "cli/terminal/terminal_progress.h"

namespace toccata::cli {

struct Context {
  TerminalProgress& progress;  // a bar on a terminal, plain lines elsewhere
  const Stop& stop;            // set by SIGINT and SIGTERM
};

struct Command {
  const char* name;
  const char* description;
  void (*add)(CLI::App& app, Context& context);
};

/// The program: its first word names one of `commands`. `about` tells what --version prints below
/// the first line. Returns the exit code.
int run_program(int argc, char** argv, const char* description, std::string (*about)(),
                std::span<const Command> commands);

}  // namespace toccata::cli
