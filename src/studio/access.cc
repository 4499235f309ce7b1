#include "studio/access.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "base/error.h"

namespace toccata::studio {
namespace {

std::string cookie_name(std::uint16_t port) {
  return fmt::format("toccata-{}", port);
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// What follows "SCHEME " in the header Authorization; empty where it is of another scheme.
std::string_view after_scheme(std::string_view header, std::string_view scheme) {
  if (header.size() <= scheme.size() || header[scheme.size()] != ' ') return {};
  for (std::size_t i = 0; i < scheme.size(); ++i) {
    const int letter = std::tolower(static_cast<unsigned char>(header[i]));
    if (letter != scheme[i]) return {};
  }
  return trimmed(header.substr(scheme.size()));
}

}  // namespace

std::string new_token() {
  std::array<unsigned char, 24> bytes;
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
    fail("the system gives no random numbers for a token; choose one yourself with --token");
  std::string token;
  for (const unsigned char byte : bytes) token += fmt::format("{:02x}", byte);
  return token;
}

void check_token(std::string_view token) {
  const bool plain = std::all_of(token.begin(), token.end(), [](unsigned char c) {
    return std::isalnum(c) || c == '-' || c == '.' || c == '_' || c == '~';
  });
  if (token.size() < 8 || token.size() > 256 || !plain) {
    fail_usage(
        "--token: expected 8 to 256 letters, digits, '-', '.', '_' or '~', found {}; without "
        "--token one is drawn",
        plain ? fmt::format("{} of them", token.size()) : "another character");
  }
}

bool same_secret(std::string_view one, std::string_view other) {
  return one.size() == other.size() && CRYPTO_memcmp(one.data(), other.data(), one.size()) == 0;
}

bool Access::admits(std::string_view authorization, std::string_view cookies,
                    std::uint16_t port) const {
  if (token.empty()) return true;
  for (const std::string_view scheme : {"bearer", "token"})
    if (same_secret(after_scheme(authorization, scheme), token)) return true;
  const std::string name = cookie_name(port);
  while (!cookies.empty()) {
    const std::size_t end = std::min(cookies.find(';'), cookies.size());
    const std::string_view pair = trimmed(cookies.substr(0, end));
    cookies.remove_prefix(std::min(end + 1, cookies.size()));
    if (!pair.starts_with(name) || pair.size() <= name.size() || pair[name.size()] != '=') continue;
    if (same_secret(pair.substr(name.size() + 1), token)) return true;
  }
  return false;
}

std::string Access::cookie(std::uint16_t port, bool secure) const {
  return fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict{}", cookie_name(port), token,
                     secure ? "; Secure" : "");
}

}  // namespace toccata::studio
