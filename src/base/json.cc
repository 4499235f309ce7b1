#include "base/json.h"

#include <algorithm>

#include "base/files.h"

namespace toccata {

Json parse_json(std::string_view text, std::string_view where) {
  // Arrays and objects nested without end would exhaust the stack when the tree is destroyed: 64
  // levels are plenty here.
  const auto guard = [where](int depth, Json::parse_event_t, Json&) {
    if (depth > 64) fail("{}: nested more than 64 levels deep; this is no file of ours", where);
    return true;
  };
  try {
    return Json::parse(text, guard);
  } catch (const nlohmann::json::parse_error& error) {
    const std::string_view before = text.substr(0, std::min<std::size_t>(error.byte, text.size()));
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    fail("{}: line {}: not valid JSON (at byte {} of {})", where, line, error.byte, text.size());
  }
}

Json read_json(const std::filesystem::path& path) {
  return parse_json(read_text(path), path.string());
}

std::string json_type(const Json& value) {
  switch (value.type()) {
    case Json::value_t::null:
      return "null";
    case Json::value_t::object:
      return "an object";
    case Json::value_t::array:
      return "a list";
    case Json::value_t::string:
      return "a string";
    case Json::value_t::boolean:
      return "true or false";
    default:
      return "a number";
  }
}

}  // namespace toccata
