#include <algorithm>
#include <cctype>
#include <new>

#include "base/closest.h"
#include "base/signals.h"
#include "cli/shell/command.h"
#include "cli/shell/command_facts.h"
#include "cli/shell/completion.h"
#include "cli/shell/help_text.h"
#include "cli/shell/man_page.h"
#include "cli/shell/option_values.h"
#include "cli/shell/version.h"
#include "cli/terminal/terminal_progress.h"

namespace toccata::cli {
namespace {

Stop stop_request;  // whoever is told of signals lives as long as the program

/// --batch-size of train can also be TOCCATA_TRAIN_BATCH_SIZE.
void name_in_environment(CLI::App& app, std::string_view command) {
  for (CLI::Option* option : app.get_options()) {
    if (option->get_lnames().empty() || option->get_name() == "--help" ||
        option->get_name() == "--version")
      continue;
    std::string name = fmt::format("TOCCATA_{}_{}", command, option->get_lnames().front());
    for (char& c : name)
      c = c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    option->envname(name);
  }
}

void prepare(CLI::App& app, const Command& command, Context& context) {
  command.add(app, context);
  name_in_environment(app, command.name);
}

/// `toccata --batch-size 0` and `toccata generate --batch-size 0` are told apart in messages.
std::string name_of(const CLI::App& app) {
  const auto parsed = app.get_subcommands();
  return parsed.empty() ? app.get_name() : app.get_name() + " " + parsed.front()->get_name();
}

/// The version, and what the program makes of its own definitions: each printed instead of doing
/// anything else.
void add_documents(CLI::App& app, std::string (*about)()) {
  app.formatter(std::make_shared<HelpText>());
  app.set_version_flag(
      "--version", [about] { return version_text() + "\n" + about(); },
      "Print version, features and devices found, and exit");
  one_of<Shell>(app.add_option_function<Shell>(
                    "--completion",
                    [&app](const Shell& shell) {
                      fmt::print("{}", completion(facts_of(app), shell));
                      throw CLI::Success();
                    },
                    "Print a script that completes this program's words in a shell, and exit"),
                {{"bash", Shell::bash}, {"zsh", Shell::zsh}, {"fish", Shell::fish}})
      ->trigger_on_parse();
  app.add_flag_callback(
         "--help-man",
         [&app] {
           fmt::print("{}", man_page(facts_of(app), version_number()));
           throw CLI::Success();
         },
         "Print the manual page")
      ->group("")
      ->trigger_on_parse();
}

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options())
    if (!option->get_group().empty())
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

/// What is wrong with the words, as people say it.
std::string fault_of(const CLI::ParseError& error, const CLI::App& app, int argc, char** argv) {
  if (error.get_exit_code() != static_cast<int>(CLI::ExitCodes::ExtrasError)) return error.what();
  const auto parsed = app.get_subcommands();
  const CLI::App& command = parsed.empty() ? app : *parsed.front();
  const std::vector<std::string> known = option_names(command);
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (!word.starts_with("--") || word == "--") continue;
    const std::string name(word.substr(0, word.find('=')));
    if (std::ranges::find(known, name) == known.end())
      return fmt::format("there is no option {}{}", name, did_you_mean(name, known));
  }
  for (int i = 1; i < argc; ++i)
    if (argv[i][0] == '-' && argv[i][1] != '-' && argv[i][1] != '\0')
      return fmt::format("there is no option {}", argv[i]);
  const std::vector<std::string> extra = command.remaining();
  return fmt::format("\"{}\" is one word too many; a name with spaces needs quotation marks",
                     extra.empty() ? "" : extra.front());
}

int parse_and_run(CLI::App& app, int argc, char** argv, TerminalProgress& progress) {
  try {
    app.parse(argc, argv);
    std::fflush(stdout);
    if (std::ferror(stdout)) fail("standard output: writing failed; is the disk full?");
  } catch (const CLI::Success& asked) {  // --help, --version
    return app.exit(asked);
  } catch (const CLI::ParseError& error) {
    progress.end();
    const std::string name = name_of(app);
    fmt::print(stderr, "{}: {}\nTry {} --help\n", name, fault_of(error, app, argc, argv), name);
    return 2;
  } catch (const Error& error) {
    progress.end();
    fmt::print(stderr, "{}: {}\n", name_of(app), error.what());
    if (stop_request.requested()) return 128 + stop_request.signal();
    return error.kind() == ErrorKind::usage ? 2 : 1;
  } catch (const std::bad_alloc&) {
    progress.end();
    fmt::print(stderr,
               "{}: not enough memory for this; smaller sizes (--batch-size, --time-steps, "
               "--units) need less\n",
               name_of(app));
    return 1;
  } catch (const std::exception& error) {
    progress.end();
    fmt::print(stderr, "{}: {}\n", name_of(app), error.what());
    return 1;
  }
  progress.end();
  return stop_request.requested() ? 128 + stop_request.signal() : 0;
}

}  // namespace

int run_program(int argc, char** argv, const char* description, std::string (*about)(),
                std::span<const Command> commands) {
  listen_for_signals(stop_request);
  TerminalProgress progress;
  Context context{progress, stop_request};
  CLI::App app(description, "toccata");
  add_documents(app, about);
  app.footer("toccata COMMAND --help lists a command's options.");
  app.require_subcommand(1);
  for (const Command& command : commands)
    prepare(*app.add_subcommand(command.name, command.description), command, context);
  if (argc < 2) {  // whoever only names the program wants to know what it can do
    fmt::print("{}", app.help());
    return 0;
  }
  std::vector<std::string> names;
  for (const Command& command : commands) names.emplace_back(command.name);
  if (argv[1][0] != '-' && std::ranges::find(names, argv[1]) == names.end()) {
    fmt::print(stderr, "toccata: \"{}\" is not a command{}\ntoccata --help lists them\n", argv[1],
               did_you_mean(argv[1], names));
    return 2;
  }
  return parse_and_run(app, argc, argv, progress);
}

}  // namespace toccata::cli
