#pragma once
// Whether the client is still there while its answer is being worked out.

#include <boost/asio/ip/tcp.hpp>
#include <memory>

#include "base/stop.h"

namespace toccata::studio {

/// Requests `gone` when the client at the other end of `socket` closes its side. Bytes that come
/// instead are its next request: they stay where they are, and the watch is over. socket.cancel()
/// ends it, too. `owner` (of the socket) is held until then.
void watch_client(boost::asio::ip::tcp::socket& socket, std::shared_ptr<Stop> gone,
                  std::shared_ptr<void> owner);

}  // namespace toccata::studio
