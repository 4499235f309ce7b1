#include "cli/commands/commands.h"

#include <algorithm>
#include <memory>

#include "base/parallel.h"
#include "base/this_process.h"
#include "cli/shell/option_values.h"
#include "cli/shell/version.h"
#include "studio/studio.h"

namespace toccata::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  int port = 8642;
  std::string address = "127.0.0.1";
  std::vector<std::string> hosts;
  std::string data = "output";
  std::vector<std::string> folders;
  std::vector<std::string> models;
  std::string soundfont;
  std::string certificate, key;
  std::string token;
  bool no_token = false;
  int composers = 0;
  int queue = 16;
};

bool only_this_machine(const std::string& address) {
  return address.starts_with("127.") || address == "::1";
}

// Empty: nobody is asked for one.
std::string token_of(const Options& options) {
  if (options.no_token) return "";
  const std::string token =
      options.token.empty() ? environment("TOCCATA_TOKEN").value_or("") : options.token;
  if (token.empty()) return only_this_machine(options.address) ? "" : studio::new_token();
  studio::check_token(token);
  return token;
}

studio::StudioOptions resolved(const Options& options) {
  studio::StudioOptions resolved;
  resolved.program = version_text();
  resolved.server.address = options.address;
  resolved.server.port = static_cast<std::uint16_t>(options.port);
  resolved.server.guard.names = options.hosts;
  resolved.server.access.token = token_of(options);
  if (!options.certificate.empty()) resolved.server.certificate = options.certificate;
  if (!options.key.empty()) resolved.server.key = options.key;
  const int cores = thread_count(0);
  resolved.compositions.composers =
      options.composers > 0 ? options.composers : std::clamp(cores / 2, 1, 4);
  resolved.compositions.waiting = static_cast<std::size_t>(options.queue);
  resolved.server.limits.workers = std::clamp(cores / 2, 2, 8);
  resolved.places.output = options.data;
  for (const std::string& folder : options.models) {
    if (!fs::is_directory(folder)) fail_usage("--models {}: there is no such folder", folder);
    resolved.places.shipped.insert(resolved.places.shipped.begin(), folder);
  }
  resolved.training.output = options.data;
  resolved.training.folders = studio::named_folders(options.folders);
  resolved.training.program = program_path();
  if (!options.soundfont.empty()) resolved.soundfont = options.soundfont;
  return resolved;
}

void open_studio(const Options& options, Context& context) {
  const studio::StudioOptions asked = resolved(options);
  studio::Studio studio(asked);
  if (!only_this_machine(options.address)) {
    if (asked.server.access.token.empty())
      context.progress.warning(
          fmt::format("everyone who reaches {} can compose and train here: no token is asked for",
                      options.address));
    if (options.certificate.empty())
      context.progress.warning(
          "without --certificate and --key nothing is encrypted, not even the token, and browsers "
          "let the page play only what the server renders");
  }
  context.progress.message("Open this in a browser (Ctrl-C ends the studio):");
  fmt::print("{}\n", studio.address());
  std::fflush(stdout);
  studio.run(context.stop);
}

}  // namespace

void add_studio(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  app.add_option("--port", options->port, "0: any that is free")
      ->check(between(0, 65535))
      ->capture_default_str();
  app.add_option("--address", options->address,
                 "where to listen: only this machine can reach 127.0.0.1")
      ->capture_default_str();
  app.add_option("--host", options->hosts,
                 "a name by which browsers reach this machine (may be given several times)");
  app.add_option("--data,--output", options->data, "folder of the runs")
      ->type_name("FOLDER")
      ->capture_default_str();
  app.add_option("--folder", options->folders,
                 "a folder of music that the page may train on (may be given several times)")
      ->type_name("FOLDER");
  app.add_option("--models", options->models,
                 "a folder with model folders in it (may be given several times)")
      ->type_name("FOLDER");
  app.add_option("--soundfont", options->soundfont,
                 "the .sf2 file of the page's sound and of the audio it makes")
      ->type_name("FILE");
  app.add_option("--certificate", options->certificate, "PEM file: serve TLS")
      ->type_name("FILE")
      ->check(CLI::Validator(CLI::ExistingFile).description(""));
  app.add_option("--key", options->key, "PEM file of the certificate's key")
      ->type_name("FILE")
      ->check(CLI::Validator(CLI::ExistingFile).description(""));
  app.add_option("--token", options->token,
                 "whoever uses the studio shows this (default: one is drawn wherever other "
                 "machines can reach it; also TOCCATA_TOKEN, which no list of programs shows)")
      ->type_name("TEXT");
  app.add_flag("--no-token", options->no_token, "ask nobody for a token")->excludes("--token");
  app.add_option("--composers", options->composers,
                 "orders composed at the same time (0: half the processor's threads)")
      ->check(at_least(0));
  app.add_option("--queue", options->queue,
                 "orders that may wait; further ones are asked to come back later")
      ->check(between(1, 1000))
      ->capture_default_str();
  app.callback([options, &context] { open_studio(*options, context); });
}

}  // namespace toccata::cli
