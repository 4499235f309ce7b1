#pragma once
// JSON through nlohmann's library, with errors of our own: every message says which file and which
// key.

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/error.h"

namespace toccata {

using Json = nlohmann::json;
using OrderedJson = nlohmann::ordered_json;

/// Parses `text`; `where` (a file's name) stands in the error, with line and column.
Json parse_json(std::string_view text, std::string_view where);
Json read_json(const std::filesystem::path& path);

/// The type of a value in plain words ("a number", "a list"…), for messages.
std::string json_type(const Json& value);

/// The member `key` of `object` as a T. Throws Error when it is absent or of another type.
template <typename T>
T json_get(const Json& object, std::string_view key, std::string_view where) {
  if (!object.is_object()) fail("{}: expected an object, found {}", where, json_type(object));
  const auto found = object.find(key);
  if (found == object.end()) fail("{}: the key \"{}\" is missing", where, key);
  try {
    return found->get<T>();
  } catch (const nlohmann::json::exception&) {
    fail("{}: the key \"{}\" has a wrong type: found {}", where, key, json_type(*found));
  }
}

/// As json_get, or `otherwise` where the key is absent.
template <typename T>
T json_get_or(const Json& object, std::string_view key, T otherwise, std::string_view where) {
  if (object.is_object() && !object.contains(key)) return otherwise;
  return json_get<T>(object, key, where);
}

}  // namespace toccata
