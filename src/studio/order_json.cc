#include "studio/order_json.h"

namespace toccata::studio {

double number(const Json& json, std::string_view key, double otherwise) {
  const auto found = json.find(key);
  if (found == json.end()) return otherwise;
  if (!found->is_number()) fail_usage("\"{}\": expected a number", key);
  return found->get<double>();
}

std::string text(const Json& json, std::string_view key, std::string_view otherwise,
                 std::size_t most_bytes) {
  const auto found = json.find(key);
  if (found == json.end()) return std::string(otherwise);
  if (!found->is_string() || found->get_ref<const std::string&>().size() > most_bytes) {
    fail_usage("\"{}\": expected a text of up to {} bytes", key, most_bytes);
  }
  return found->get<std::string>();
}

bool truth(const Json& json, std::string_view key) {
  const auto found = json.find(key);
  if (found == json.end()) return false;
  if (!found->is_boolean()) fail_usage("\"{}\": expected true or false", key);
  return found->get<bool>();
}

void refuse_unknown(const Json& json, std::initializer_list<std::string_view> known) {
  if (!json.is_object()) fail_usage("order: expected an object, found {}", json_type(json));
  for (const auto& [key, value] : json.items()) {
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      fail_usage("order: there is no \"{}\" (docs/api.md names what there is)", key.substr(0, 100));
    }
  }
}

}  // namespace toccata::studio
