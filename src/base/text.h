#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace toccata {

/// "1 piece", "2 pieces", "0 batches".
template <typename Number>
std::string counted(Number number, std::string_view noun) {
  return fmt::format("{} {}{}", number, noun,
                     number == Number{1}    ? ""
                     : noun.ends_with("ch") ? "es"
                                            : "s");
}

/// "1:05", "2:03:04": hours, minutes and seconds.
inline std::string clock_time(double seconds) {
  const auto whole = static_cast<long long>(std::max(0.0, seconds) + 0.5);
  if (whole >= 3600)
    return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

}  // namespace toccata
