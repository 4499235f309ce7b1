#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>

namespace toccata {

/// The number that `text` is, all of it; none where it is something else or does not fit. The same
/// in every language of the system: a decimal point, no sign but a minus.
template <typename Number>
std::optional<Number> parse_number(std::string_view text) {
#ifndef __cpp_lib_to_chars
  // A C++ library without from_chars of broken numbers (libc++ 19). strtod takes more than that.
  if constexpr (std::is_floating_point_v<Number>) {
    if (text.empty() || text.find_first_not_of("0123456789+-.eE") != text.npos || text[0] == '+')
      return std::nullopt;
    const std::string copy(text);
    char* end = nullptr;
    const double read = std::strtod(copy.c_str(), &end);
    if (end != copy.c_str() + copy.size() || std::isinf(read)) return std::nullopt;
    return static_cast<Number>(read);
  } else
#endif
  {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
  }
}

/// "1 piece", "2 pieces", "0 batches".
template <typename Number>
std::string counted(Number number, std::string_view noun) {
  return fmt::format("{} {}{}", number, noun,
                     number == Number{1}    ? ""
                     : noun.ends_with("ch") ? "es"
                                            : "s");
}

/// ASCII letters in lower case; all else stays.
inline std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

/// "1:05", "2:03:04": hours, minutes and seconds.
inline std::string clock_time(double seconds) {
  const auto whole = static_cast<long long>(std::max(0.0, seconds) + 0.5);
  if (whole >= 3600)
    return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

}  // namespace toccata
