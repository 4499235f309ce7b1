#include "studio/client_watch.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/write.hpp>

namespace toccata::studio {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

// A connection, its server's end watched.
struct Watched {
  Watched() {
    tcp::acceptor acceptor(io, {asio::ip::make_address("127.0.0.1"), 0});
    client.connect(acceptor.local_endpoint());
    server = acceptor.accept();
    watch_client(server, gone, owner);
  }
  void run() { io.run_for(std::chrono::milliseconds(200)); }

  asio::io_context io;
  tcp::socket client{io}, server{io};
  std::shared_ptr<Stop> gone = std::make_shared<Stop>();
  std::shared_ptr<int> owner = std::make_shared<int>();
};

TEST(ClientWatch, TellsThatTheClientLeft) {
  Watched orderly, abrupt;
  orderly.client.close();
  abrupt.client.set_option(asio::socket_base::linger(true, 0));
  abrupt.client.close();
  orderly.run();
  abrupt.run();
  EXPECT_TRUE(orderly.gone->requested());
  EXPECT_TRUE(abrupt.gone->requested());
  EXPECT_EQ(orderly.owner.use_count(), 1);
}

TEST(ClientWatch, TakesTheNextRequestForNoLeaving) {
  Watched watched;
  asio::write(watched.client, asio::buffer("GET ", 4));
  watched.run();
  EXPECT_FALSE(watched.gone->requested());
  EXPECT_EQ(watched.server.available(), 4u) << "not a byte of it is taken";
}

TEST(ClientWatch, EndsWithTheAnswer) {
  Watched watched;
  watched.server.cancel();
  watched.run();
  watched.client.close();
  EXPECT_FALSE(watched.gone->requested());
  EXPECT_EQ(watched.owner.use_count(), 1);
}

}  // namespace
}  // namespace toccata::studio
