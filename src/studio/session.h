#pragma once
// One connection, from its first byte to its last.

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/thread_pool.hpp>

#include "studio/router.h"
#include "studio/server_options.h"

namespace toccata::studio {

/// What all connections of a server share.
struct Serving {
  Serving(const ServerOptions& asked, Router table)
      : options(asked),
        router(std::move(table)),
        workers(static_cast<std::size_t>(asked.limits.workers)) {}

  const ServerOptions options;
  const Router router;
  std::atomic<int> waiting{0};      // requests given to the workers and not yet answered
  std::atomic<int> connections{0};  // open
  std::size_t bodies = 0;           // bytes of requests' bodies that are held
  boost::asio::io_context io{1};
  boost::asio::thread_pool workers;
};

/// Serves `socket` until either side closes it. `tls`: null for plain HTTP.
void serve(Serving& serving, boost::asio::ip::tcp::socket socket, boost::asio::ssl::context* tls);

}  // namespace toccata::studio
