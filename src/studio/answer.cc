#include "studio/answer.h"

#include "base/text.h"

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/status.hpp>
#include <new>

namespace toccata::studio {
namespace {
namespace http = boost::beast::http;

// 'wasm-unsafe-eval': the page's synthesizer decodes compressed soundfonts by WebAssembly; it lets
// no text become a script.
constexpr std::string_view kStandingHeaders =
    "Content-Security-Policy: default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; "
    "style-src 'self'; "
    "img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self'; worker-src 'self'; "
    "font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "X-Frame-Options: DENY\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n"
    "Permissions-Policy: camera=(), geolocation=(), microphone=()\r\n";

std::string_view plain(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

std::string type_without_parameters(std::string_view type) {
  std::string low(type.substr(0, type.find(';')));
  while (!low.empty() && low.back() == ' ') low.pop_back();
  return lower_case(low);
}

// The page once more, without the token in its address, and with it in a cookie.
Response welcome(const Access& access, const Arrival& arrival) {
  Response response;
  response.status = 303;
  response.content_type.clear();
  response.headers = {{"Location", "/"},
                      {"Set-Cookie", access.cookie(arrival.port, arrival.secure)},
                      {"Cache-Control", "no-store"}};
  return response;
}

bool known_method(http::verb verb) {
  return verb == http::verb::get || verb == http::verb::head || verb == http::verb::post ||
         verb == http::verb::delete_;
}

}  // namespace

Admission admit(const RequestHeader& header, std::optional<std::uint64_t> length,
                const Router& router, const Guard& guard, const Access& access,
                const Arrival& arrival) {
  Admission admission;
  const auto refuse = [&](int status, std::string_view message) -> Admission& {
    admission.refused = error_response(status, message);
    return admission;
  };
  for (const http::field field : {http::field::host, http::field::origin, http::field::content_type,
                                  http::field::authorization}) {
    if (header.count(field) > 1) {
      return refuse(400, fmt::format("the request has the header {} more than once",
                                     plain(http::to_string(field))));
    }
  }
  // Beast reads chunks and nothing else; what it leaves unread must not be taken for a request.
  if (header.count(http::field::transfer_encoding) > 0 &&
      !boost::beast::iequals(header[http::field::transfer_encoding], "chunked")) {
    return refuse(400, "Transfer-Encoding: only chunked is read here");
  }
  Request& request = admission.request;
  request.method = std::string(plain(header.method_string()));
  if (!parse_target(plain(header.target()), request)) {
    return refuse(400, "the request's address is not a path with an optional query");
  }
  // A link from elsewhere may lead to the page; its interface is for the page alone.
  const bool interface = !request.path.empty() && request.path.front() == "api";
  const std::string refusal =
      guard.refusal(plain(header[http::field::host]), plain(header[http::field::origin]),
                    interface ? plain(header["Sec-Fetch-Site"]) : std::string_view{},
                    arrival.address, arrival.secure);
  if (!refusal.empty()) return refuse(403, refusal);
  admission.match = router.match(request.method, request.path);
  const bool open = admission.match.route && admission.match.route->open;
  if (!open && !access.admits(plain(header[http::field::authorization]),
                              plain(header[http::field::cookie]), arrival.port)) {
    refuse(401,
           "this studio asks for its token: open the address that it printed, or send the header "
           "Authorization: Bearer TOKEN");
    admission.refused->headers.emplace_back("WWW-Authenticate", "Bearer");
    return admission;
  }
  if (const auto shown = request.query.find("token");
      request.path.empty() && shown != request.query.end() && !access.token.empty() &&
      same_secret(shown->second, access.token)) {
    admission.refused = welcome(access, arrival);
    return admission;
  }
  if (!known_method(header.method())) {
    return refuse(501, "expected one of the methods GET, HEAD, POST and DELETE");
  }
  if (!admission.match.route) {
    if (admission.match.allow.empty()) return refuse(404, "there is nothing at this address");
    refuse(405, fmt::format("this address accepts {}", admission.match.allow));
    admission.refused->headers.emplace_back("Allow", admission.match.allow);
    return admission;
  }
  const Route& route = *admission.match.route;
  if (length && *length > route.most_body) {
    return refuse(413,
                  fmt::format("expected at most {} bytes, found {}", route.most_body, *length));
  }
  request.content_type = type_without_parameters(plain(header[http::field::content_type]));
  if (!route.body_type.empty() && request.content_type != route.body_type) {
    return refuse(415, fmt::format("expected Content-Type: {}", route.body_type));
  }
  request.if_none_match = std::string(plain(header[http::field::if_none_match]));
  request.last_event = parse_number<std::size_t>(plain(header["Last-Event-ID"]));
  return admission;
}

Response answer(const Route& route, const Request& request, const Parameters& parameters) {
  try {
    return route.handle(request, parameters);
  } catch (const Error& error) {
    return error_response(error.kind() == ErrorKind::usage ? 400 : 500, error.what());
  } catch (const std::bad_alloc&) {
    return error_response(503, "there is not enough memory for this just now", 5);
  } catch (const Json::exception& error) {
    // Our own files are read by base/json.h, which throws Error: this is the client's.
    return error_response(400,
                          fmt::format("the JSON sent is not what is expected: {}", error.what()));
  } catch (const std::exception& error) {
    return error_response(500, error.what());
  }
}

std::string header_text(const Response& response, std::optional<std::uint64_t> size,
                        bool keep_alive) {
  std::string text =
      fmt::format("HTTP/1.1 {} {}\r\nServer: toccata\r\n", response.status,
                  plain(http::obsolete_reason(static_cast<http::status>(response.status))));
  if (!response.content_type.empty()) {
    text += fmt::format("Content-Type: {}\r\n", response.content_type);
  }
  const bool bodiless = response.status == 304 || response.status == 204;
  if (size && !bodiless) text += fmt::format("Content-Length: {}\r\n", *size);
  for (const auto& [name, value] : response.headers) {
    text += fmt::format("{}: {}\r\n", name, value);
  }
  text += kStandingHeaders;
  text += keep_alive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
  return text;
}

}  // namespace toccata::studio
