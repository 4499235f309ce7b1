#pragma once
// Where an output goes that is made of an input.

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "base/error.h"

namespace toccata::tasks {

/// Where an output of `input` goes: `asked` as it stands; with {} replaced by `name`; or, where it
/// is but a format ("flac"), beside the input.
inline std::filesystem::path output_path(const std::string& asked,
                                         const std::filesystem::path& input,
                                         const std::string& name) {
  if (asked.empty()) return {};
  const std::size_t braces = asked.find("{}");
  if (braces != std::string::npos) return std::string(asked).replace(braces, 2, name);
  if (asked.find('.') == std::string::npos && asked.find('/') == std::string::npos)
    return input.parent_path() / (name + "." + asked);
  return asked;
}

inline void check_extension(const std::filesystem::path& path, bool known,
                            std::string_view formats) {
  if (!path.empty() && !known)
    fail_usage("{}: expected a name that ends in {}", path.string(), formats);
}

/// Sees to it that no output is made twice, or over an input.
class OutputPaths {
 public:
  void input(const std::filesystem::path& path) {
    made_of_[std::filesystem::weakly_canonical(path)] = path;
  }
  /// Throws Error (usage) where `path` is taken. Empty paths are none.
  void output(const std::filesystem::path& path, const std::filesystem::path& input) {
    if (path.empty()) return;
    const auto [place, is_new] = made_of_.emplace(std::filesystem::weakly_canonical(path), input);
    if (!is_new)
      fail_usage(
          "{}: cannot be made from {}: it is {} already. {{}} in a name stands for each file's own "
          "name, as in --audio 'sound/{{}}.flac'",
          path.string(), input.string(),
          place->second == path ? "an input" : "made from " + place->second.string());
  }

 private:
  std::map<std::filesystem::path, std::filesystem::path> made_of_;
};

}  // namespace toccata::tasks
