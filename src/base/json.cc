#include "base/json.h"

#include <algorithm>

#include "base/files.h"

namespace toccata {

namespace {

// Whether arrays and objects stand more than `most` deep in each other, valid JSON or not.
bool nested_deeper_than(int most, std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      in_string = c != '"';
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++depth > most) return true;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return false;
}

}  // namespace

Json parse_json(std::string_view text, std::string_view where) {
  // Arrays and objects nested without end would exhaust the stack when the tree is destroyed.
  // Looked for beforehand: the parser's own callback takes quadratic time in an object's keys.
  constexpr int kDepth = 64;
  if (nested_deeper_than(kDepth, text)) {
    fail("{}: nested more than {} levels deep; Toccata writes no such file", where, kDepth);
  }
  try {
    return Json::parse(text);
  } catch (const nlohmann::json::parse_error& error) {
    const std::string_view before = text.substr(0, std::min<std::size_t>(error.byte, text.size()));
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    fail("{}: line {}: not valid JSON (at byte {} of {})", where, line, error.byte, text.size());
  } catch (const nlohmann::json::out_of_range&) {
    fail("{}: it holds a number above 1.8e308, the largest that can be read", where);
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
