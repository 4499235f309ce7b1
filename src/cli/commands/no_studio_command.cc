// In place of studio_command.cc where the program is built without Boost or OpenSSL.

#include "cli/commands/commands.h"

namespace toccata::cli {

void add_studio(CLI::App& app, Context&) {
  app.footer("This program was built without the studio.");
  app.allow_extras();
  app.callback([] {
    fail(
        "this program was built without the studio: install Boost 1.81 and OpenSSL (Debian: "
        "libboost1.81-dev libssl-dev) and build again (docs/building.md)");
  });
}

}  // namespace toccata::cli
