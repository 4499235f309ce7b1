#include "studio/client_watch.h"

#include <boost/asio/buffer.hpp>

namespace toccata::studio {

void watch_client(boost::asio::ip::tcp::socket& socket, std::shared_ptr<Stop> gone,
                  std::shared_ptr<void> owner) {
  socket.async_wait(
      boost::asio::ip::tcp::socket::wait_read,
      [&socket, gone = std::move(gone), owner = std::move(owner)](boost::system::error_code code) {
        if (code) return;
        char byte = 0;
        socket.non_blocking(true, code);
        socket.receive(boost::asio::buffer(&byte, 1), boost::asio::ip::tcp::socket::message_peek,
                       code);
        if (code && code != boost::asio::error::would_block) gone->request(1);
      });
}

}  // namespace toccata::studio
