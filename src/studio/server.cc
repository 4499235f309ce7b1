#include "studio/server.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "studio/answer.h"
#include "studio/session.h"

namespace toccata::studio {
namespace {
namespace asio = boost::asio;
using asio::ip::tcp;
constexpr auto kStopCheck = std::chrono::milliseconds(100);

// Tells a connection too many to come again, and closes it.
void turn_away(tcp::socket socket) {
  const Response full =
      error_response(503, "the studio has more connections than it can serve; try again", 2);
  const std::string text = header_text(full, full.body.size(), false) + full.body;
  // A new connection has room for so little; where it has none, closing has to be answer enough.
  boost::system::error_code ignored;
  socket.non_blocking(true, ignored);
  socket.write_some(asio::buffer(text), ignored);
  socket.shutdown(tcp::socket::shutdown_send, ignored);
}
}  // namespace

struct Server::Parts {
  Parts(const ServerOptions& options, Router router)
      : serving(options, std::move(router)), acceptor(serving.io), timer(serving.io) {}

  void listen() {
    const ServerOptions& options = serving.options;
    boost::system::error_code code;
    const asio::ip::address address = asio::ip::make_address(options.address, code);
    if (code) {
      fail_usage("--address: expected an IP address such as 127.0.0.1, found \"{}\"",
                 options.address);
    }
    const tcp::endpoint end(address, options.port);
    acceptor.open(end.protocol(), code);
    if (!code) acceptor.set_option(asio::socket_base::reuse_address(true), code);
    if (!code) acceptor.bind(end, code);
    if (!code) acceptor.listen(asio::socket_base::max_listen_connections, code);
    if (code) {
      fail_usage(
          "cannot listen at {} port {}: {}; another studio may run there: --port N takes "
          "another",
          options.address, options.port, code.message());
    }
  }

  void set_up_tls() {
    const ServerOptions& options = serving.options;
    if (!options.certificate && !options.key) return;
    if (!options.certificate || !options.key) {
      fail_usage("--certificate and --key go together: PEM files of a TLS certificate");
    }
    tls.emplace(asio::ssl::context::tls_server);
    boost::system::error_code code;
    tls->set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_tlsv1 |
                         asio::ssl::context::no_tlsv1_1,
                     code);
    tls->use_certificate_chain_file(options.certificate->string(), code);
    if (code)
      fail_usage("{}: no usable certificate: {}", options.certificate->string(), code.message());
    tls->use_private_key_file(options.key->string(), asio::ssl::context::pem, code);
    if (code) fail_usage("{}: no usable key: {}", options.key->string(), code.message());
  }

  void accept() {
    acceptor.async_accept([this](boost::system::error_code code, tcp::socket socket) {
      if (code == asio::error::operation_aborted) return;
      if (code) return accept_later();  // out of descriptors, most likely: others will close
      if (serving.connections < serving.options.limits.connections) {
        boost::system::error_code ignored;
        socket.set_option(tcp::no_delay(true), ignored);
        serve(serving, std::move(socket), tls ? &*tls : nullptr);
      } else if (!tls) {
        turn_away(std::move(socket));
      }
      accept();
    });
  }

  void accept_later() {
    pause.expires_after(kStopCheck);
    pause.async_wait([this](boost::system::error_code code) {
      if (!code) accept();
    });
  }

  void watch(const Stop& stop) {
    if (stop.requested()) return serving.io.stop();
    timer.expires_after(kStopCheck);
    timer.async_wait([this, &stop](boost::system::error_code) { watch(stop); });
  }

  Serving serving;
  tcp::acceptor acceptor;
  asio::steady_timer timer, pause{serving.io};
  std::optional<asio::ssl::context> tls;
};

Server::Server(const ServerOptions& options, Router router)
    : parts_(std::make_unique<Parts>(options, std::move(router))) {
  parts_->set_up_tls();
  parts_->listen();
}

// The workers end before the io_context goes, whose sessions they hold.
Server::~Server() {
  parts_->serving.workers.join();
}

std::uint16_t Server::port() const {
  return parts_->acceptor.local_endpoint().port();
}

bool Server::secure() const {
  return parts_->tls.has_value();
}

void Server::run(const Stop& stop) {
  parts_->accept();
  parts_->watch(stop);
  parts_->serving.io.run();
}

int Server::connections() const {
  return parts_->serving.connections;
}

}  // namespace toccata::studio
