#pragma once

#include <string>

#include "cli/shell/command_facts.h"

namespace toccata::cli {

/// The manual page (section 1) of a program, as roff for man(7): every command and option with what
/// its help says of it. `environment` is the prefix of the variables that stand for options:
/// "TOCCATA_TRAIN", or "TOCCATA_COMMAND" for a program with commands.
std::string man_page(const CommandFacts& program, const std::string& version,
                     const std::string& environment);

}  // namespace toccata::cli
