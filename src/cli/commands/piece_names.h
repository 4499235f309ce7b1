#pragma once
// What composed pieces are called, so that none takes another's name: shared by generate's parts.

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "base/files.h"

namespace toccata::cli {

/// `folder`/`stem``extension`, or -2, -3… behind the stem where a file of other bytes has that name
/// already.
inline std::filesystem::path free_name(const std::filesystem::path& folder, const std::string& stem,
                                       std::string_view extension,
                                       std::span<const std::uint8_t> bytes) {
  namespace fs = std::filesystem;
  for (int copy = 1;; ++copy) {
    const fs::path path = folder / (copy == 1 ? fmt::format("{}{}", stem, extension)
                                              : fmt::format("{}-{}{}", stem, copy, extension));
    if (!fs::exists(path)) return path;
    if (fs::is_regular_file(path) && std::ranges::equal(read_file(path), bytes)) return path;
  }
}

/// The model's name as the beginning of a file's.
inline std::string stem_of_model(const std::string& model) {
  const std::string name = std::filesystem::path(model).filename().string();
  return name.empty() || name == "." || name == ".." ? "piece" : name;
}

inline std::string stem_of(const std::string& model, std::uint64_t seed, std::uint64_t piece) {
  return fmt::format("{}-s{}-{:03}", stem_of_model(model), seed, piece);
}

}  // namespace toccata::cli
