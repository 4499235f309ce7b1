#include "studio/http.h"

#include <algorithm>

namespace toccata::studio {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

constexpr std::size_t kMostSegments = 16, kMostQueryValues = 32;

bool parse_query(std::string_view text, Request& request) {
  while (!text.empty()) {
    const std::size_t end = text.find('&');
    const std::string_view pair = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const auto key = percent_decode(pair.substr(0, equals), true);
    const auto value = percent_decode(pair.substr(std::min(equals + 1, pair.size())), true);
    if (!key || !value || request.query.size() >= kMostQueryValues) return false;
    request.query[*key] = *value;
  }
  return true;
}

// For a header: what is no plain letter becomes '_', so that no name can end the line.
std::string safe_file_name(std::string_view name) {
  std::string safe(name);
  for (char& c : safe) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_';
    if (!plain) c = '_';
  }
  return safe;
}

}  // namespace

SentFile::~SentFile() {
  std::error_code ignored;
  if (temporary) std::filesystem::remove(path, ignored);
}

Response json_response(const OrderedJson& json, int status) {
  Response response;
  response.status = status;
  // A name that is no UTF-8 must not keep the answer from being written.
  response.body = json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
  response.body += '\n';
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

Response error_response(int status, std::string_view message, int retry_after) {
  Response response = json_response({{"error", message}}, status);
  if (retry_after > 0) response.headers.emplace_back("Retry-After", std::to_string(retry_after));
  return response;
}

Response download(const Bytes& bytes, std::string content_type, std::string_view name) {
  Response response;
  response.content_type = std::move(content_type);
  response.body.assign(bytes.begin(), bytes.end());
  response.headers.emplace_back("Cache-Control", "no-store");
  response.headers.emplace_back("Content-Disposition",
                                fmt::format("attachment; filename=\"{}\"", safe_file_name(name)));
  return response;
}

std::string text_member(const Json& json, std::string_view key) {
  const auto found = json.find(key);
  if (found == json.end()) return "";
  if (!found->is_string()) fail_usage("\"{}\": expected a text", key);
  return found->get<std::string>();
}

std::optional<std::string> percent_decode(std::string_view text, bool plus) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    } else if (plus && c == '+') {
      c = ' ';
    }
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return std::nullopt;
    decoded += c;
  }
  return decoded;
}

bool parse_target(std::string_view target, Request& request) {
  if (target.empty() || target.front() != '/') return false;
  const std::size_t question = target.find('?');
  std::string_view path = target.substr(0, question);
  if (question != std::string_view::npos && !parse_query(target.substr(question + 1), request)) {
    return false;
  }
  path.remove_prefix(1);
  while (!path.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    const auto segment = percent_decode(path.substr(0, slash));
    if (!segment || request.path.size() >= kMostSegments) return false;
    request.path.push_back(*segment);
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return true;
}

}  // namespace toccata::studio
