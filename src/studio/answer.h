#pragma once
// From a request's header to what is to be done with it, and from whatever a route throws to an
// answer. Knows the table and the guard, and no sockets.

#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/message.hpp>
#include <optional>
#include <string>

#include "studio/access.h"
#include "studio/guard.h"
#include "studio/router.h"

namespace toccata::studio {

using RequestHeader = boost::beast::http::header<true, boost::beast::http::fields>;

struct Admission {
  std::optional<Response> refused;  // the answer, where the body is not even read
  Router::Match match;
  Request request;
};

/// Where a connection came in.
struct Arrival {
  std::string address;
  std::uint16_t port = 0;
  bool secure = false;  // it is TLS
};

/// `length`: of the body, where the header gives it.
Admission admit(const RequestHeader& header, std::optional<std::uint64_t> length,
                const Router& router, const Guard& guard, const Access& access,
                const Arrival& arrival);

/// Calls the route. Error of kind usage and JSON of another shape become 400, no memory 503,
/// anything else 500.
Response answer(const Route& route, const Request& request, const Parameters& parameters);

/// Status line and headers of an answer whose body has `size` bytes; none: it ends when the
/// connection does. Every answer says what browsers may do with the page.
std::string header_text(const Response& response, std::optional<std::uint64_t> size,
                        bool keep_alive);

}  // namespace toccata::studio
