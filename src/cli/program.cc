#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <csignal>
#include <new>

#include "cli/command.h"
#include "cli/terminal_progress.h"
#include "cli/version.h"

namespace toccata::cli {
namespace {

// A signal handler can reach nothing else than a global: this one, and only here.
Stop stop_request;

void on_signal(int signal) {
  if (stop_request.requested()) ::_exit(128 + signal);  // asked twice: leave at once
  stop_request.request(signal);
}

void catch_signals() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  ::sigemptyset(&action.sa_mask);
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  std::signal(SIGPIPE, SIG_DFL);
}

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
  app.get_formatter()->column_width(34);
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
    fmt::print(stderr, "{}: {}\nTry {} --help\n", app.get_name(), error.what(), app.get_name());
    return 2;
  } catch (const Error& error) {
    progress.end();
    fmt::print(stderr, "{}: {}\n", app.get_name(), error.what());
    if (stop_request.requested()) return 128 + stop_request.signal();
    return error.kind() == ErrorKind::usage ? 2 : 1;
  } catch (const std::bad_alloc&) {
    progress.end();
    fmt::print(stderr,
               "{}: not enough memory for this; smaller sizes (--batch-size, --time-steps, "
               "--units) need less\n",
               app.get_name());
    return 1;
  } catch (const std::exception& error) {
    progress.end();
    fmt::print(stderr, "{}: {}\n", app.get_name(), error.what());
    return 1;
  }
  progress.end();
  return stop_request.requested() ? 128 + stop_request.signal() : 0;
}

}  // namespace

int run_program(int argc, char** argv, const char* description, std::span<const Command> commands) {
  catch_signals();
  TerminalProgress progress;
  Context context{progress, stop_request};
  CLI::App app(description, "toccata");
  app.set_version_flag("--version", version_text());
  app.require_subcommand(1);
  app.get_formatter()->column_width(20);
  for (const Command& command : commands)
    prepare(*app.add_subcommand(command.name, command.description), command, context);
  const bool named = argc >= 2 && argv[1][0] != '-';
  if (named && std::ranges::none_of(commands, [&](const Command& command) {
        return std::string_view(command.name) == argv[1];
      })) {
    fmt::print(stderr, "toccata: \"{}\" is no command; toccata --help lists them\n", argv[1]);
    return 2;
  }
  return parse_and_run(app, argc, argv, progress);
}

int run_program(int argc, char** argv, const char* shown_as, const Command& command) {
  catch_signals();
  TerminalProgress progress;
  Context context{progress, stop_request};
  CLI::App app(command.description, shown_as);
  app.set_version_flag("--version", version_text());
  prepare(app, command, context);
  return parse_and_run(app, argc, argv, progress);
}

}  // namespace toccata::cli
