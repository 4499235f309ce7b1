#pragma once

#include <string>

#include "cli/shell/command_facts.h"

namespace toccata::cli {

/// The manual page (section 1) of a program, as roff for man(7): every command and option with what
/// its help says of it.
std::string man_page(const CommandFacts& program, const std::string& version);

}  // namespace toccata::cli
