#pragma once
// toccata play: endless music in real time.

#include "cli/command.h"

namespace toccata::cli {

void add_play(CLI::App& app, Context& context);

}  // namespace toccata::cli
