#pragma once
// The HTTP server: Boost.Beast, asynchronous, one thread for all connections and a few workers for
// what takes time. Everything it takes from a client is bounded in size, in time and in number.

#include <cstdint>
#include <memory>

#include "base/stop.h"
#include "studio/router.h"
#include "studio/server_options.h"

namespace toccata::studio {

class Server {
 public:
  /// Binds and listens. Throws Error (usage) where the address is no IP address or cannot be
  /// listened at, or the certificate cannot be used.
  Server(const ServerOptions& options, Router router);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::uint16_t port() const;
  bool secure() const;
  /// Serves until `stop` is requested.
  void run(const Stop& stop);
  /// Connections that are open.
  int connections() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace toccata::studio
