#pragma once

#include "cli/command.h"

namespace toccata::cli {

void add_models(CLI::App& app, Context& context);

}  // namespace toccata::cli
