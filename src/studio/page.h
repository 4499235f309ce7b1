#pragma once
// The built page (web/dist), embedded in the program when it is built.

#include <string>
#include <string_view>
#include <vector>

#include "studio/http.h"

namespace toccata::studio {

struct PageFile {
  std::string_view path;  // "assets/index-1a2b.js"
  std::string_view bytes;
};

/// Every file of web/dist; made by cmake/EmbedPage.cmake.
const std::vector<PageFile>& page_files();

/// The type that a browser must be told, by the name's ending.
std::string_view media_type(std::string_view path);

/// The file at `path` (the segments of a request's path; none: index.html), with ETag, or 304 where
/// the browser has it already, or 404. Only names that were embedded are ever found.
Response page_response(const std::vector<std::string>& path, std::string_view if_none_match);

}  // namespace toccata::studio
