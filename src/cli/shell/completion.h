#pragma once

#include <string>

#include "cli/shell/command_facts.h"

namespace toccata::cli {

enum class Shell { bash, zsh, fish };

/// A script that completes the program's commands, options, their words, files and models in the
/// shell. Models' names are asked of `toccata models`; what follows `toccata train` is asked of
/// toccata-train's own script.
std::string completion(const CommandFacts& program, Shell shell);

std::string bash_completion(const CommandFacts& program);
std::string zsh_completion(const CommandFacts& program);
std::string fish_completion(const CommandFacts& program);

/// The command that hands over to a program of its own, toccata-train.
inline constexpr const char* kHandedOver = "train";

/// Prints the models' names, a line each: the shells' scripts call it.
inline constexpr const char* kModelNames =
    R"sh(toccata models --json 2>/dev/null | sed -n 's/^    "name": "\(.*\)",$/\1/p')sh";

}  // namespace toccata::cli
