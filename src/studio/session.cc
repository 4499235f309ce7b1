#include "studio/session.h"

#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/ssl.hpp>
#include <fstream>
#include <utility>

#include "studio/answer.h"
#include "studio/client_watch.h"

namespace toccata::studio {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using Plain = beast::tcp_stream;
using Tls = beast::ssl_stream<beast::tcp_stream>;
constexpr std::size_t kFreeBody = std::size_t{64} << 10;  // bytes that each may always send

// All of a session's own work runs on the one thread of serving.io, so nothing here needs a lock.
// Each operation under way holds the session by a shared_ptr; with the last of them it ends.
template <typename Stream>
class Session : public std::enable_shared_from_this<Session<Stream>> {
 public:
  template <typename... Args>
  explicit Session(Serving& serving, Args&&... args)
      : serving_(serving), stream_(std::forward<Args>(args)...), timer_(serving.io) {
    ++serving_.connections;
    boost::system::error_code code;
    const auto end = beast::get_lowest_layer(stream_).socket().local_endpoint(code);
    if (!code) arrival_ = {end.address().to_string(), end.port(), std::is_same_v<Stream, Tls>};
  }
  ~Session() {
    --serving_.connections;
    let_go_of_body();
  }

  void begin() {
    if constexpr (std::is_same_v<Stream, Tls>) {
      expire(limits().header_time);
      stream_.async_handshake(asio::ssl::stream_base::server,
                              [self = this->shared_from_this()](beast::error_code code) {
                                if (!code) self->read_header();
                              });
    } else {
      read_header();
    }
  }

 private:
  using Parser = http::request_parser<http::string_body>;
  const ServerLimits& limits() const { return serving_.options.limits; }
  void expire(std::chrono::seconds after) { beast::get_lowest_layer(stream_).expires_after(after); }

  void read_header() {
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(limits().header));
    parser_->body_limit(boost::none);  // the route's own, once the route is known
    expire(limits().header_time);
    http::async_read_header(stream_, buffer_, *parser_,
                            [self = this->shared_from_this()](beast::error_code code, std::size_t) {
                              self->on_header(code);
                            });
  }

  void on_header(beast::error_code code) {
    if (code == http::error::header_limit || code == http::error::buffer_overflow) {
      return refuse(431, fmt::format("a header may have up to {} bytes", limits().header));
    }
    const bool malformed =
        code.category() == http::make_error_code(http::error::bad_method).category();
    if (code && (!malformed || code == http::error::end_of_stream)) return close();
    if (code) return refuse(400, fmt::format("this is no HTTP request: {}", code.message()));
    keep_alive_ = parser_->keep_alive();
    std::optional<std::uint64_t> length;
    if (parser_->content_length()) length = *parser_->content_length();
    Admission admission = admit(parser_->get().base(), length, serving_.router,
                                serving_.options.guard, serving_.options.access, arrival_);
    head_ = parser_->get().method() == http::verb::head;
    if (admission.refused) {
      keep_alive_ = keep_alive_ && parser_->is_done();
      return send(std::move(*admission.refused));
    }
    request_ = std::move(admission.request);
    match_ = std::move(admission.match);
    parser_->body_limit(match_.route->most_body);
    if (beast::iequals(parser_->get()[http::field::expect], "100-continue")) return go_on();
    read_body();
  }

  void go_on() {
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    expire(limits().write_time);
    asio::async_write(stream_, asio::buffer(kContinue.data(), kContinue.size()),
                      [self = this->shared_from_this()](beast::error_code code, std::size_t) {
                        if (code) return self->close();
                        self->read_body();
                      });
  }

  void read_body() {
    expire(limits().body_time);
    read_more_of_body();
  }

  void read_more_of_body() {
    if (parser_->is_done()) return on_body();
    http::async_read_some(stream_, buffer_, *parser_,
                          [self = this->shared_from_this()](beast::error_code code, std::size_t) {
                            self->on_part_of_body(code);
                          });
  }

  // What a client claims to send costs nothing; what it has sent is counted.
  void on_part_of_body(beast::error_code code) {
    if (code == http::error::body_limit) {
      return refuse(413, fmt::format("expected at most {} bytes", match_.route->most_body));
    }
    if (code) {
      return code.category() == http::make_error_code(http::error::bad_chunk).category()
                 ? refuse(400, fmt::format("the body is damaged: {}", code.message()))
                 : close();
    }
    const std::size_t size = parser_->get().body().size();
    serving_.bodies += size - held_;
    held_ = size;
    if (size > kFreeBody && serving_.bodies > limits().bodies) {
      parser_->get().body() = {};
      return refuse(503, "others are sending much just now; try again in a few seconds", 2);
    }
    read_more_of_body();
  }

  void on_body() {
    request_.body = std::move(parser_->get().body());
    if (match_.route->where == Where::here) {
      return send(answer(*match_.route, request_, match_.parameters));
    }
    if (serving_.waiting.fetch_add(1) >= limits().waiting) {
      --serving_.waiting;
      return send(error_response(503, "the studio is busy; try again in a few seconds", 2));
    }
    beast::get_lowest_layer(stream_).expires_never();
    auto& socket = beast::get_lowest_layer(stream_).socket();
    watch_client(socket, request_.gone, this->shared_from_this());
    asio::post(serving_.workers, [self = this->shared_from_this()]() mutable {
      auto response = std::make_shared<Response>(self->work());
      --self->serving_.waiting;
      // The session is let go on the thread it belongs to.
      Serving& serving = self->serving_;
      asio::post(serving.io, [self = std::move(self), response] {
        beast::error_code ignored;
        beast::get_lowest_layer(self->stream_).socket().cancel(ignored);  // the watch
        self->send(std::move(*response));
      });
    });
  }

  // On a worker's thread. What nobody waits for any more is not begun.
  Response work() {
    if (request_.gone->requested()) return error_response(400, "the client left before its answer");
    return answer(*match_.route, request_, match_.parameters);
  }

  void let_go_of_body() {
    serving_.bodies -= held_;
    held_ = 0;
    request_.body = {};
  }

  void refuse(int status, const std::string& message, int retry_after = 0) {
    keep_alive_ = false;
    send(error_response(status, message, retry_after));
  }

  void send(Response response) {
    let_go_of_body();
    response_ = std::move(response);
    if (response_.events) return send_events();
    std::uint64_t size = response_.constant ? response_.constant->size() : response_.body.size();
    if (response_.file) {
      file_.open(response_.file->path, std::ios::binary | std::ios::ate);
      if (!file_) return send(error_response(500, "a file that was to be sent is gone"));
      size = static_cast<std::uint64_t>(file_.tellg());
      file_.seekg(0);
    }
    outgoing_ = header_text(response_, size, keep_alive_);
    expire(limits().write_time + std::chrono::seconds(head_ ? 0 : size >> 15));
    const std::string_view body = head_                ? std::string_view{}
                                  : response_.constant ? *response_.constant
                                                       : std::string_view(response_.body);
    const std::array<asio::const_buffer, 2> parts = {asio::buffer(outgoing_),
                                                     asio::buffer(body.data(), body.size())};
    asio::async_write(stream_, parts,
                      [self = this->shared_from_this()](beast::error_code code, std::size_t) {
                        if (code) return self->close();
                        self->send_rest();
                      });
  }

  // A file goes out in pieces; then the connection is ready for the next request.
  void send_rest() {
    if (response_.file && !head_) {
      outgoing_.resize(std::size_t{128} << 10);
      file_.read(outgoing_.data(), static_cast<std::streamsize>(outgoing_.size()));
      outgoing_.resize(static_cast<std::size_t>(file_.gcount()));
      if (!outgoing_.empty()) {
        return asio::async_write(
            stream_, asio::buffer(outgoing_),
            [self = this->shared_from_this()](beast::error_code code, std::size_t) {
              if (code) return self->close();
              self->send_rest();
            });
      }
    }
    if (file_.is_open()) file_.close();
    file_.clear();
    response_ = {};
    keep_alive_ ? read_header() : linger();
  }

  // Server-sent events (WHATWG HTML, section 9.2): the header, then text until the log ends or the
  // client goes.
  void send_events() {
    keep_alive_ = false;
    next_event_ = response_.first_event;
    response_.content_type = "text/event-stream";
    response_.headers.emplace_back("Cache-Control", "no-store");
    outgoing_ = header_text(response_, std::nullopt, false);
    expire(limits().write_time);
    asio::async_write(stream_, asio::buffer(outgoing_),
                      [self = this->shared_from_this()](beast::error_code code, std::size_t) {
                        if (code) return self->close();
                        if (self->head_) return self->linger();
                        self->follow();
                      });
  }

  void follow() {
    std::weak_ptr<Session> weak = this->shared_from_this();
    Serving& serving = serving_;
    listener_ = response_.events->listen([weak, &serving] {
      asio::post(serving.io, [weak] {
        if (const auto self = weak.lock()) self->send_next_events();
      });
    });
    // Nothing more is expected from this client: bytes or the end both mean that it goes.
    stream_.async_read_some(
        asio::buffer(drain_),
        [self = this->shared_from_this()](beast::error_code, std::size_t) { self->end_stream(); });
    send_next_events();
  }

  void send_next_events() {
    if (writing_ || !response_.events) return;
    EventLog::Taken taken = response_.events->take(next_event_);
    if (taken.text.empty()) {
      if (taken.finished) return end_stream();
      return wait_for_events();
    }
    next_event_ = taken.next;
    write_events(std::move(taken.text));
  }

  void write_events(std::string text) {
    writing_ = true;
    outgoing_ = std::move(text);
    timer_.cancel();
    expire(limits().write_time);
    asio::async_write(stream_, asio::buffer(outgoing_),
                      [self = this->shared_from_this()](beast::error_code code, std::size_t) {
                        self->writing_ = false;
                        if (code) return self->end_stream();
                        beast::get_lowest_layer(self->stream_).expires_never();
                        self->send_next_events();
                      });
  }

  void wait_for_events() {
    timer_.expires_after(limits().heartbeat);
    timer_.async_wait([weak = this->weak_from_this()](beast::error_code code) {
      const auto self = weak.lock();
      if (code || !self || self->writing_ || !self->response_.events) return;
      self->write_events(": still here\n\n");
    });
  }

  void end_stream() {
    if (!response_.events) return;
    response_.events.reset();
    listener_.reset();
    timer_.cancel();
    beast::error_code ignored;
    auto& socket = beast::get_lowest_layer(stream_).socket();
    socket.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    socket.close(ignored);
  }

  // After the last answer: what the client still sends is read and dropped for a moment, so that
  // the answer is not lost to a reset.
  void linger() {
    beast::error_code ignored;
    beast::get_lowest_layer(stream_).socket().shutdown(asio::ip::tcp::socket::shutdown_send,
                                                       ignored);
    expire(std::chrono::seconds(2));
    drain();
  }

  void drain() {
    beast::get_lowest_layer(stream_).async_read_some(
        asio::buffer(drain_),
        [self = this->shared_from_this()](beast::error_code code, std::size_t count) {
          self->drained_ += count;
          if (code || self->drained_ > (std::size_t{4} << 20)) return self->close();
          self->drain();
        });
  }

  void close() {
    beast::error_code ignored;
    beast::get_lowest_layer(stream_).socket().close(ignored);
  }

  Serving& serving_;
  Stream stream_;
  asio::steady_timer timer_;
  Arrival arrival_;
  beast::flat_buffer buffer_{std::size_t{1} << 20};
  std::optional<Parser> parser_;
  Request request_;
  Router::Match match_;
  Response response_;
  std::shared_ptr<EventLog::Listener> listener_;
  std::size_t next_event_ = 0, drained_ = 0;
  std::size_t held_ = 0;  // of serving_.bodies
  std::string outgoing_;
  std::ifstream file_;
  std::array<char, 4096> drain_;
  bool keep_alive_ = false, head_ = false, writing_ = false;
};

}  // namespace

void serve(Serving& serving, asio::ip::tcp::socket socket, asio::ssl::context* tls) {
  if (tls) {
    std::make_shared<Session<Tls>>(serving, Plain(std::move(socket)), *tls)->begin();
  } else {
    std::make_shared<Session<Plain>>(serving, std::move(socket))->begin();
  }
}

}  // namespace toccata::studio
