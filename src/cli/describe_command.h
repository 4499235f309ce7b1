#pragma once

#include "cli/command.h"

namespace toccata::cli {

void add_describe(CLI::App& app, Context& context);

}  // namespace toccata::cli
