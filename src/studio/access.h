#pragma once
// The token that a studio asks for where other machines can reach it, as Jupyter does: the address
// that it prints carries the token; whoever opens it gets a cookie, and programs send a header.

#include <cstdint>
#include <string>
#include <string_view>

namespace toccata::studio {

/// 48 random hexadecimal digits, from the system's source of secrets. Throws Error where it has
/// none.
std::string new_token();

/// Throws Error (usage) unless `token` is 8 to 256 letters, digits, '-', '.', '_' or '~', which
/// addresses and cookies carry as they are.
void check_token(std::string_view token);

/// In a time that does not tell how much of them is alike.
bool same_secret(std::string_view one, std::string_view other);

struct Access {
  std::string token;  // empty: nobody is asked for one

  /// Whether a request may pass. `authorization`: the header, "Bearer TOKEN" or, as Jupyter's
  /// clients write it, "token TOKEN". `cookies`: the header Cookie. `port`: where it came in, since
  /// a host's cookies go to all of its ports.
  bool admits(std::string_view authorization, std::string_view cookies, std::uint16_t port) const;

  /// The header Set-Cookie for whoever has shown the token. `secure`: the connection is TLS.
  std::string cookie(std::uint16_t port, bool secure) const;
};

}  // namespace toccata::studio
