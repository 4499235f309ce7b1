#include "cli/shell/version.h"

#include <fmt/format.h>

namespace toccata::cli {

std::string version_text() {
#ifdef NDEBUG
  constexpr const char* kind = "release";
#else
  constexpr const char* kind = "debug";
#endif
#ifdef __clang__
  constexpr const char* compiler = "clang " __clang_version__;
#else
  constexpr const char* compiler = "g++ " __VERSION__;
#endif
  return fmt::format("toccata {} ({}, {})", TOCCATA_VERSION, kind, compiler);
}

std::string version_number() {
  return TOCCATA_VERSION;
}

}  // namespace toccata::cli
