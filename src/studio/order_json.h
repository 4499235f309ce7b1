#pragma once
// What orders say in JSON: each member within bounds, or Error (usage) that names it.

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "base/json.h"

namespace toccata::studio {

/// A whole number within bounds, of any JSON size (10^400 is refused, not wrapped).
template <typename T>
T whole(const Json& json, std::string_view key, T otherwise, T least, T most) {
  const auto found = json.find(key);
  if (found == json.end()) return otherwise;
  const bool fits =
      found->is_number_unsigned()
          ? found->get<std::uint64_t>() >= static_cast<std::uint64_t>(std::max<T>(least, 0)) &&
                found->get<std::uint64_t>() <= static_cast<std::uint64_t>(most)
          : found->is_number_integer() && least < 0 &&
                found->get<std::int64_t>() >= static_cast<std::int64_t>(least);
  if (!fits) {
    fail_usage("\"{}\": expected a whole number from {} to {}, found {}", key, least, most,
               found->dump().substr(0, 40));
  }
  return found->get<T>();
}

double number(const Json& json, std::string_view key, double otherwise);
std::string text(const Json& json, std::string_view key, std::string_view otherwise,
                 std::size_t most_bytes = 300);
bool truth(const Json& json, std::string_view key);
/// Throws where an object has a member that is not `known`, or `json` is none.
void refuse_unknown(const Json& json, std::initializer_list<std::string_view> known);

}  // namespace toccata::studio
