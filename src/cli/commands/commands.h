#pragma once
// The subcommands: each adds its options and its callback to `app` (cli/shell/command.h), in the
// file NAME_command.cc.

#include "cli/shell/command.h"

namespace toccata::cli {

void add_import(CLI::App& app, Context& context);
void add_train(CLI::App& app, Context& context);
void add_evaluate(CLI::App& app, Context& context);
void add_generate(CLI::App& app, Context& context);
void add_score(CLI::App& app, Context& context);
void add_describe(CLI::App& app, Context& context);
void add_beats(CLI::App& app, Context& context);
void add_copying(CLI::App& app, Context& context);
void add_render(CLI::App& app, Context& context);
void add_play(CLI::App& app, Context& context);
void add_studio(CLI::App& app, Context& context);
void add_export(CLI::App& app, Context& context);
void add_models(CLI::App& app, Context& context);
void add_signature(CLI::App& app, Context& context);

}  // namespace toccata::cli
