#include "studio/router.h"

namespace toccata::studio {
namespace {

std::vector<std::string> segments_of(std::string_view pattern) {
  Request request;
  parse_target(pattern, request);
  return request.path;
}

bool fits(const std::vector<std::string>& pattern, const std::vector<std::string>& path,
          Parameters& parameters) {
  if (pattern.size() != path.size()) return false;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (pattern[i].starts_with('{')) {
      parameters.push_back(path[i]);
    } else if (pattern[i] != path[i]) {
      return false;
    }
  }
  return true;
}

}  // namespace

Router::Router(std::vector<Route> routes) : routes_(std::move(routes)) {
  for (const Route& route : routes_) patterns_.push_back(segments_of(route.pattern));
}

Router::Match Router::match(std::string_view method, const std::vector<std::string>& path) const {
  Match match;
  for (std::size_t i = 0; i < routes_.size(); ++i) {
    Parameters parameters;
    if (!fits(patterns_[i], path, parameters)) continue;
    const std::string_view allowed = routes_[i].method;
    if (allowed == method || (allowed == "GET" && method == "HEAD")) {
      return {&routes_[i], std::move(parameters), ""};
    }
    if (match.allow.find(allowed) != std::string::npos) continue;
    match.allow += (match.allow.empty() ? "" : ", ") + std::string(allowed);
    if (allowed == "GET") match.allow += ", HEAD";
  }
  return match;
}

}  // namespace toccata::studio
