#pragma once
// The corpora and rolls that some tests and measurements use are no part of the project. They stand
// in ../shared beside it, or where TOCCATA_SHARED points; where they are absent a test skips,
// aloud.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

namespace toccata {

inline std::filesystem::path shared_data(const std::filesystem::path& inside) {
  const char* named = std::getenv("TOCCATA_SHARED");
  return (named ? std::filesystem::path(named)
                : std::filesystem::path(TOCCATA_SOURCE_DIR) / ".." / "shared") /
         inside;
}

}  // namespace toccata

#define TOCCATA_NEEDS_SHARED(inside)                                                   \
  if (!std::filesystem::exists(::toccata::shared_data(inside)))                        \
  GTEST_SKIP() << "skipped: needs the corpora, and " << ::toccata::shared_data(inside) \
               << " is absent"
