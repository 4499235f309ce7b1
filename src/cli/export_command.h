#pragma once

#include "cli/command.h"

namespace toccata::cli {

void add_export(CLI::App& app, Context& context);

}  // namespace toccata::cli
