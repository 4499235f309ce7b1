#include "studio/guard.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "base/text.h"

namespace toccata::studio {
namespace {

bool is_port(std::string_view text) {
  return !text.empty() && text.size() <= 5 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_loopback(std::string_view name) {
  if (name == "localhost" || name == "::1") return true;
  // 127.a.b.c, and nothing that merely begins like it (127.0.0.1.example.org).
  if (!name.starts_with("127.")) return false;
  int dots = 0;
  for (const char c : name) {
    if (c == '.') ++dots;
    if (c != '.' && (c < '0' || c > '9')) return false;
  }
  return dots == 3;
}

// For messages: what an attacker sends is shown short and plain.
std::string shown(std::string_view text) {
  std::string plain(text.substr(0, 80));
  for (char& c : plain) {
    if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7e) c = '?';
  }
  return plain;
}

}  // namespace

std::string host_name(std::string_view host) {
  if (host.empty() || host.size() > 255) return "";
  std::string_view name = host;
  if (host.front() == '[') {
    const std::size_t end = host.find(']');
    if (end == std::string_view::npos) return "";
    name = host.substr(1, end - 1);
    const std::string_view rest = host.substr(end + 1);
    if (!rest.empty() && (rest.front() != ':' || !is_port(rest.substr(1)))) return "";
  } else if (const std::size_t colon = host.find(':'); colon != std::string_view::npos) {
    if (!is_port(host.substr(colon + 1))) return "";
    name = host.substr(0, colon);
  }
  const bool plain = std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) || c == '.' || c == '-' || c == ':' || c == '_';
  });
  if (name.empty() || !plain) return "";
  return lower_case(name);
}

std::string Guard::refusal(std::string_view host, std::string_view origin,
                           std::string_view fetch_site, std::string_view local, bool secure) const {
  const std::string name = host_name(host);
  const bool ours =
      !name.empty() && (is_loopback(name) || name == local ||
                        std::any_of(names.begin(), names.end(), [&](const std::string& known) {
                          return lower_case(known) == name;
                        }));
  if (!ours) {
    return fmt::format(
        "the request is for the host \"{}\", which is not this studio's; start it with --host NAME "
        "to allow a name",
        shown(host));
  }
  if (!origin.empty() &&
      lower_case(origin) != lower_case(fmt::format("{}://{}", secure ? "https" : "http", host))) {
    return fmt::format("the request comes from a page of \"{}\", not from the studio's own",
                       shown(origin));
  }
  if (!fetch_site.empty() && fetch_site != "same-origin" && fetch_site != "none") {
    return fmt::format("the request comes from a page of another site ({})", shown(fetch_site));
  }
  return "";
}

}  // namespace toccata::studio
