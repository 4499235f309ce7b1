#pragma once

#include <string>

namespace toccata::cli {

/// "toccata 0.1.0 (release, g++ 12.2.0)": the version from CMakeLists.txt, and how this program was
/// built.
std::string version_text();

/// "0.1.0".
std::string version_number();

}  // namespace toccata::cli
