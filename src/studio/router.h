#pragma once
// The studio's routes as a table, and the one that a request means.

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "studio/http.h"

namespace toccata::studio {

/// Where a route's work is done.
enum class Where {
  here,    // at once, by the thread that serves all connections: must not wait for anything
  worker,  // by one of a few worker threads: reading, scoring, rendering
};

/// What stood in the path where the pattern has {…}, in order.
using Parameters = std::vector<std::string>;

struct Route {
  std::string_view method;      // HEAD is answered by GET's route
  std::string_view pattern;     // "/api/compositions/{id}/events"; {…} is any one segment
  std::size_t most_body = 0;    // bytes; more is refused with 413
  std::string_view body_type;   // Content-Type of the body; empty: there is none
  Where where = Where::worker;  // see above
  std::function<Response(const Request&, const Parameters&)> handle;
  bool open = false;  // the token is not asked for: there is nothing secret in the answer
};

class Router {
 public:
  explicit Router(std::vector<Route> routes);

  struct Match {
    const Route* route = nullptr;  // null: none
    Parameters parameters;
    std::string allow;  // where the path is known with other methods only: those
  };
  Match match(std::string_view method, const std::vector<std::string>& path) const;
  const std::vector<Route>& routes() const { return routes_; }

 private:
  std::vector<Route> routes_;
  std::vector<std::vector<std::string>> patterns_;
};

}  // namespace toccata::studio
