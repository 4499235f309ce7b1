#pragma once

#include "cli/command.h"

namespace toccata::cli {

void add_score(CLI::App& app, Context& context);

}  // namespace toccata::cli
