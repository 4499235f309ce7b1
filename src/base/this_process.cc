// What is the same on every system.

#include "base/this_process.h"

#include <algorithm>
#include <string_view>

namespace toccata {

std::vector<std::filesystem::path> path_list(const std::string& list) {
#ifdef _WIN32
  constexpr char kDivider = ';';
#else
  constexpr char kDivider = ':';
#endif
  std::vector<std::filesystem::path> folders;
  std::string_view rest = list;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(kDivider), rest.size());
    if (end > 0) folders.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return folders;
}

}  // namespace toccata
