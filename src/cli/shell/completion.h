#pragma once

#include <string>

#include "cli/shell/command_facts.h"

namespace toccata::cli {

enum class Shell { bash, zsh, fish };

/// A script that completes the program's commands, options, their words, files and models in the
/// shell. Models' names are asked of `toccata models`.
std::string completion(const CommandFacts& program, Shell shell);

std::string bash_completion(const CommandFacts& program);
std::string zsh_completion(const CommandFacts& program);
std::string fish_completion(const CommandFacts& program);

/// Prints the models' names, a line each: the shells' scripts call it.
inline constexpr const char* kModelNames =
    R"sh(toccata models --json 2>/dev/null | sed -n 's/^    "name": "\(.*\)",$/\1/p')sh";

}  // namespace toccata::cli
