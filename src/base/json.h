#pragma once
// JSON through nlohmann's library, with errors of our own: every message says which file and which
// key.

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "base/error.h"

namespace toccata {

using Json = nlohmann::json;
using OrderedJson = nlohmann::ordered_json;

/// Parses `text`; `where` (a file's name) stands in the error, with line and column.
Json parse_json(std::string_view text, std::string_view where);
Json read_json(const std::filesystem::path& path);

/// The type of a value in plain words ("a number", "a list"…), for messages.
std::string json_type(const Json& value);

/// `value` as a T; `key` names it in the message. Throws Error when it is of another type, and
/// where a whole number is asked for and it is none, or beyond T's range: the library itself would
/// make 3 of 3.7, 1 of true and anything at all of 1e300.
template <typename T>
T json_as(const Json& value, std::string_view key, std::string_view where) {
  if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
    if (!value.is_number_integer())
      fail("{}: \"{}\": expected a whole number, found {}", where, key,
           value.is_number() ? value.dump() : json_type(value));
    const bool fits = value.is_number_unsigned() ? std::in_range<T>(value.get<std::uint64_t>())
                                                 : std::in_range<T>(value.get<std::int64_t>());
    if (!fits) fail("{}: \"{}\": {} is out of bounds", where, key, value.dump());
  }
  try {
    return value.get<T>();
  } catch (const nlohmann::json::exception&) {
    fail("{}: the key \"{}\" has a wrong type: found {}", where, key, json_type(value));
  }
}

/// The member `key` of `object` as a T, as json_as has it. Throws Error when it is absent, too.
template <typename T>
T json_get(const Json& object, std::string_view key, std::string_view where) {
  if (!object.is_object()) fail("{}: expected an object, found {}", where, json_type(object));
  const auto found = object.find(key);
  if (found == object.end()) fail("{}: the key \"{}\" is missing", where, key);
  return json_as<T>(*found, key, where);
}

/// As json_get, or `otherwise` where the key is absent.
template <typename T>
T json_get_or(const Json& object, std::string_view key, T otherwise, std::string_view where) {
  if (object.is_object() && !object.contains(key)) return otherwise;
  return json_get<T>(object, key, where);
}

}  // namespace toccata
