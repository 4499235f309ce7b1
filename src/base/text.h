#pragma once

#include <fmt/format.h>

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

}  // namespace toccata
