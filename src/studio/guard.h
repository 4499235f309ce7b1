#pragma once
// Who may speak to the studio. A page elsewhere on the web can make a browser send requests to a
// server on loopback, under a name of its own (DNS rebinding) or from its own pages; both show in
// the headers Host and Origin.

#include <string>
#include <string_view>
#include <vector>

namespace toccata::studio {

struct Guard {
  std::vector<std::string> names;  // host names that the owner named, beside loopback's

  /// Why the request is refused, in words; empty where it is welcome.
  /// - `host` must name this machine: localhost, a loopback address, `local` (the address that the
  ///   connection came in at, which no foreign name can be), or one of `names`; any port.
  /// - `origin` and `fetch_site` (Sec-Fetch-Site) may be absent, as they are outside browsers; a
  ///   page's own requests carry the page's host and port.
  /// `secure`: the connection is TLS.
  std::string refusal(std::string_view host, std::string_view origin, std::string_view fetch_site,
                      std::string_view local, bool secure) const;
};

/// "localhost:8642" to "localhost", "[::1]:80" to "::1"; lower case. Empty where it is no host.
std::string host_name(std::string_view host);

}  // namespace toccata::studio
