#pragma once
// A client for tests: raw bytes over a socket, as a browser, curl or an attacker may send them.

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <map>
#include <string>
#include <string_view>

#include "base/json.h"

namespace toccata::studio {

struct Answer {
  int status = 0;  // 0: the connection ended without one
  std::map<std::string, std::string> headers;
  std::string body;
  Json json() const { return Json::parse(body); }
};

class TestClient {
 public:
  explicit TestClient(std::uint16_t port) : socket_(io_), port_(port) {
    socket_.connect({boost::asio::ip::make_address("127.0.0.1"), port});
  }

  void write(std::string_view text) {
    boost::system::error_code ignored;
    boost::asio::write(socket_, boost::asio::buffer(text.data(), text.size()), ignored);
  }

  /// What comes within `limit`, until the server closes or `enough` says so.
  template <typename Enough>
  std::string read(std::chrono::milliseconds limit, Enough enough) {
    std::string text;
    std::array<char, 4096> bytes;
    bool over = false;
    while (!over && !enough(text)) {
      bool done = false;
      socket_.async_read_some(boost::asio::buffer(bytes),
                              [&](boost::system::error_code code, std::size_t count) {
                                done = true;
                                over = static_cast<bool>(code);
                                text.append(bytes.data(), count);
                              });
      io_.restart();
      io_.run_for(limit);
      if (!done) {
        socket_.cancel();
        io_.restart();
        io_.run();
        break;
      }
    }
    return text;
  }

  std::string read_all(std::chrono::milliseconds limit = std::chrono::seconds(10)) {
    return read(limit, [](const std::string&) { return false; });
  }

  void close() { socket_.close(); }
  std::string host() const { return "127.0.0.1:" + std::to_string(port_); }

  /// Sends a request with Connection: close, and takes its answer apart.
  Answer ask(std::string_view method, std::string_view target, std::string_view body = "",
             std::string_view type = "application/json", std::string_view more = "") {
    std::string text = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{}", method,
                                   target, host(), more);
    if (!body.empty() || method == "POST") {
      text += fmt::format("Content-Type: {}\r\nContent-Length: {}\r\n", type, body.size());
    }
    write(text + "\r\n" + std::string(body));
    return parse(read_all());
  }

  static Answer parse(const std::string& text) {
    Answer answer;
    const std::size_t end = text.find("\r\n\r\n");
    if (end == std::string::npos || !text.starts_with("HTTP/1.1 ")) return answer;
    answer.status = std::stoi(text.substr(9, 3));
    answer.body = text.substr(end + 4);
    std::size_t at = text.find("\r\n") + 2;
    while (at < end + 2) {
      const std::size_t line = text.find("\r\n", at), colon = text.find(": ", at);
      answer.headers[text.substr(at, colon - at)] = text.substr(colon + 2, line - colon - 2);
      at = line + 2;
    }
    return answer;
  }

 private:
  boost::asio::io_context io_;
  boost::asio::ip::tcp::socket socket_;
  std::uint16_t port_;
};

}  // namespace toccata::studio
