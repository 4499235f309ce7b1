#include "studio/studio.h"

#include <chrono>

#include "studio/models.h"
#include "studio/page.h"
#include "studio/routes.h"

namespace toccata::studio {
namespace {

// The name that its owner gave goes before an address that stands for all of the machine's.
std::string shown_host(const ServerOptions& server) {
  const std::string& address = server.address;
  if ((address == "0.0.0.0" || address == "::") && !server.guard.names.empty())
    return server.guard.names.front();
  if (address == "0.0.0.0") return "127.0.0.1";
  if (address == "::") return "[::1]";
  return address.find(':') == std::string::npos ? address : "[" + address + "]";
}

}  // namespace

std::vector<Route> page_routes() {
  const auto page = [](const Request& request, const Parameters&) {
    return page_response(request.path, request.if_none_match);
  };
  return {{"GET", "/", 0, "", Where::here, page, true},
          {"GET", "/{file}", 0, "", Where::here, page, true},
          {"GET", "/assets/{file}", 0, "", Where::here, page, true}};
}

struct Studio::Parts {
  explicit Parts(const StudioOptions& asked)
      : options(asked),
        models(asked.places),
        compositions(asked.program, asked.compositions),
        training(asked.training),
        server(asked.server, Router(routes())) {}

  std::vector<Route> routes() {
    std::vector<Route> all;
    all.push_back({"GET", "/health", 0, "", Where::here,
                   [this](const Request&, const Parameters&) { return health(); }});
    const auto add = [&all](std::vector<Route> more) {
      all.insert(all.end(), std::make_move_iterator(more.begin()),
                 std::make_move_iterator(more.end()));
    };
    add(compose_routes(compositions, models, options.orders));
    add(music_routes(models, options.orders, options.soundfont));
    add(training_routes(training));
    add(page_routes());
    return all;
  }

  Response health() const {
    const std::chrono::duration<double> up = std::chrono::steady_clock::now() - begun;
    return json_response({{"status", "ok"},
                          {"program", options.program},
                          {"seconds", up.count()},
                          {"connections", server.connections()},
                          {"waiting", compositions.waiting()}});
  }

  const StudioOptions options;
  const std::chrono::steady_clock::time_point begun = std::chrono::steady_clock::now();
  Models models;
  Compositions compositions;
  TrainingRuns training;
  Server server;
};

Studio::Studio(const StudioOptions& options) : parts_(std::make_unique<Parts>(options)) {}
Studio::~Studio() = default;

std::uint16_t Studio::port() const {
  return parts_->server.port();
}

std::string Studio::address() const {
  const ServerOptions& server = parts_->options.server;
  const std::string& token = server.access.token;
  return fmt::format("{}://{}:{}{}", parts_->server.secure() ? "https" : "http", shown_host(server),
                     port(), token.empty() ? "" : "/?token=" + token);
}

void Studio::run(const Stop& stop) {
  parts_->server.run(stop);
}

}  // namespace toccata::studio
