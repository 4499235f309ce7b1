#pragma once

#include "cli/command.h"

namespace toccata::cli {

void add_render(CLI::App& app, Context& context);

}  // namespace toccata::cli
