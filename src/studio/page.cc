#include "studio/page.h"

#include <array>
#include <map>
#include <utility>

#include "base/hash.h"

namespace toccata::studio {
namespace {

struct Known {
  std::string_view bytes;
  std::string tag;
};

const std::map<std::string_view, Known>& known_files() {
  static const std::map<std::string_view, Known> known = [] {
    std::map<std::string_view, Known> files;
    for (const PageFile& file : page_files()) {
      files[file.path] = {file.bytes, fmt::format("\"{}\"", hash_hex(file.bytes))};
    }
    return files;
  }();
  return known;
}

}  // namespace

std::string_view media_type(std::string_view path) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kTypes = {{
      {".html", "text/html; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".svg", "image/svg+xml"},
      {".png", "image/png"},
      {".woff2", "font/woff2"},
      {".json", "application/json"},
      {".webmanifest", "application/manifest+json"},
  }};
  for (const auto& [ending, type] : kTypes) {
    if (path.ends_with(ending)) return type;
  }
  return "application/octet-stream";
}

Response page_response(const std::vector<std::string>& path, std::string_view if_none_match) {
  const std::string name = path.empty() ? "index.html" : fmt::format("{}", fmt::join(path, "/"));
  const auto found = known_files().find(name);
  if (found == known_files().end()) return error_response(404, "there is nothing at this address");
  Response response;
  response.headers.emplace_back("ETag", found->second.tag);
  // Names in assets/ carry their content's hash.
  response.headers.emplace_back("Cache-Control", name.starts_with("assets/")
                                                     ? "public, max-age=31536000, immutable"
                                                     : "no-cache");
  if (if_none_match == found->second.tag) {
    response.status = 304;
    response.content_type.clear();
    return response;
  }
  response.content_type = media_type(name);
  response.constant = found->second.bytes;
  return response;
}

}  // namespace toccata::studio
