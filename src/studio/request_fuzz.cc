// libFuzzer: a request's line and headers, as the studio takes them apart before any route sees
// them: target, query, route, host, origin and token (./dev fuzz). Lines: method, target, Host,
// Origin, Sec-Fetch-Site, Authorization, Cookie.

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "studio/access.h"
#include "studio/guard.h"
#include "studio/http.h"
#include "studio/router.h"

namespace {

using namespace toccata::studio;

const Router& router() {
  static const Router made = [] {
    std::vector<Route> routes;
    for (const char* pattern :
         {"/", "/api/models", "/api/models/{name}", "/api/compositions/{id}/events",
          "/api/runs/{name}/{file}", "/assets/{file}"}) {
      Route route;
      route.method = "GET";
      route.pattern = pattern;
      routes.push_back(std::move(route));
    }
    return Router(std::move(routes));
  }();
  return made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  std::array<std::string_view, 7> lines;
  for (std::string_view& line : lines) {
    line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(line.size() < rest.size() ? line.size() + 1 : rest.size());
  }
  Guard guard;
  const std::string refusal = guard.refusal(lines[2], lines[3], lines[4], "127.0.0.1", false);
  // Nobody but this machine is let in, whatever the spelling.
  if (refusal.empty() && host_name(lines[2]).empty()) std::abort();
  // And nobody without the token.
  const Access access{"a-token-to-guess"};
  if (access.admits(lines[5], lines[6], 8642) && lines[5].find(access.token) == lines[5].npos &&
      lines[6].find(access.token) == lines[6].npos)
    std::abort();
  Request request;
  if (!parse_target(lines[1], request)) return 0;
  if (request.path.size() > 16 || request.query.size() > 32) std::abort();
  for (const std::string& segment : request.path)
    for (const char c : segment)
      if (static_cast<unsigned char>(c) < 0x20) std::abort();
  const Router::Match match = router().match(lines[0], request.path);
  if (match.route != nullptr && match.parameters.size() > request.path.size()) std::abort();
  return 0;
}
