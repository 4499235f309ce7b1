#include "composing/order_json.h"

#include "base/text.h"

#include <cmath>
#include <type_traits>

namespace toccata::composing {
namespace {

constexpr std::size_t kMostText = 4000;  // bytes of a chord track in words
constexpr std::size_t kMostPinned = 4096;

template <typename T>
constexpr bool is_written = false;
template <typename Value, Value (*parse)(std::string_view)>
constexpr bool is_written<Written<Value, parse>> = true;

using File = std::optional<GivenFile>;

// To JSON: null where nothing is said.

template <typename T>
OrderedJson json_of(const T& value) {
  if constexpr (Worded<T>) {
    return to_word(value);
  } else if constexpr (is_written<T>) {
    return value ? OrderedJson(value.text()) : OrderedJson();
  } else if constexpr (is_optional_number<T>) {
    return value ? OrderedJson(*value) : OrderedJson();
  } else {
    return value;
  }
}
OrderedJson json_of(const Conservativity& value) {
  return value.adaptive ? OrderedJson("adaptive") : OrderedJson(value.power);
}
OrderedJson json_of(const MelodyVoice& value) {
  return to_string(value);
}
OrderedJson json_of(const File& file) {
  if (!file) return nullptr;
  OrderedJson json = {{"path", file->path}};
  if (!file->hash.empty()) json["hash"] = file->hash;
  return json;
}
OrderedJson json_of(const std::optional<Region>& region) {
  if (!region) return nullptr;
  OrderedJson json = {
      {"from", region->from}, {"to", region->to}, {"low", region->low}, {"high", region->high}};
  if (!region->pinned.empty()) json["pinned"] = region->pinned;
  return json;
}
OrderedJson json_of(const Retries& retries) {
  OrderedJson json = OrderedJson::array();
  for (const Retry& retry : retries) json.push_back({{"step", retry.step}, {"try", retry.number}});
  return json;
}

// From JSON.

[[noreturn]] void refuse(const OrderField& field, std::string_view expected, const Json& found) {
  fail_usage("{}: expected {}, found {}", name_of(field), expected, found.dump().substr(0, 60));
}

template <typename Number>
Number number_from(const OrderField& field, const Json& json) {
  if constexpr (std::is_integral_v<Number>) {
    const bool fits = json.is_number_unsigned()  ? std::in_range<Number>(json.get<std::uint64_t>())
                      : json.is_number_integer() ? std::in_range<Number>(json.get<std::int64_t>())
                                                 : false;
    if (!fits)
      refuse(field,
             fmt::format("a whole number{}",
                         std::is_unsigned_v<Number> ? " of 0 or more" : bounds_text(field)),
             json);
  } else {
    if (!json.is_number()) refuse(field, "a number" + bounds_text(field), json);
  }
  const auto number = json.get<Number>();
  check_number(field, number);
  return number;
}

std::string text_from(const OrderField& field, const Json& json) {
  if (!json.is_string() || json.get_ref<const std::string&>().size() > kMostText)
    refuse(field, fmt::format("a text of up to {} bytes", kMostText), json);
  return json.get<std::string>();
}

template <typename T>
void read_value(const OrderField& field, const Json& json, T& value) {
  if constexpr (std::is_same_v<T, bool>) {
    if (!json.is_boolean()) refuse(field, "true or false", json);
    value = json.get<bool>();
  } else if constexpr (std::is_arithmetic_v<T>) {
    value = number_from<T>(field, json);
  } else if constexpr (is_optional_number<T>) {
    value = number_from<typename T::value_type>(field, json);
  } else if constexpr (is_written<T>) {
    value = T(text_from(field, json));
  } else {
    static_assert(Worded<T>);
    const auto found = from_word<T>(json.is_string() ? lower_case(json.get<std::string>()) : "");
    if (!found) refuse(field, listed(word_texts<T>()), json);
    value = *found;
  }
}
void read_value(const OrderField& field, const Json& json, Conservativity& value) {
  if (json == "adaptive") {
    value = {1, true};
  } else if (json.is_string()) {
    refuse(field, "a number such as 1.1, or adaptive", json);
  } else {
    value = {number_from<double>(field, json), false};
  }
}
void read_value(const OrderField& field, const Json& json, MelodyVoice& value) {
  value = parse_voice(text_from(field, json));
}
void read_value(const OrderField& field, const Json& json, File& value) {
  if (json.is_string()) {
    value = GivenFile{json.get<std::string>()};
    return;
  }
  const std::string where = name_of(field);
  const char* const path = json.contains("path") ? "path" : "name";
  value = GivenFile{json_get_or<std::string>(json, path, "the page's piece", where),
                    json_get_or<std::string>(json, "hash", "", where)};
}
void read_value(const OrderField& field, const Json& json, std::optional<Region>& value) {
  const std::string where = name_of(field);
  Region region{json_get<int>(json, "from", where), json_get<int>(json, "to", where),
                json_get_or<int>(json, "low", 0, where),
                json_get_or<int>(json, "high", 127, where)};
  if (json.contains("pinned")) {
    const Json& pinned = json["pinned"];
    if (!pinned.is_array() || pinned.size() > kMostPinned)
      refuse(field, fmt::format("\"pinned\": a list of up to {} notes", kMostPinned), pinned);
    for (const Json& note : pinned) {
      if (!note.is_array() || note.size() != 2)
        refuse(field, "\"pinned\": pairs of onset and pitch", note);
      region.pinned.emplace_back(json_as<int>(note[0], "pinned", where),
                                 json_as<int>(note[1], "pinned", where));
    }
  }
  value = std::move(region);
}
void read_value(const OrderField&, const Json& json, Retries& value) {
  constexpr std::string_view where = "retries";
  Retries retries;
  for (const Json& entry : json) {
    const Retry retry{json_get<int>(entry, "step", where),
                      json_get<std::uint32_t>(entry, "try", where)};
    if (retry.number > 4095) fail("retries: expected up to 4095 tries");
    if (retry.step < 0 || (!retries.empty() && retry.step <= retries.back().step)) {
      fail("retries: expected steps that grow, found {}", retry.step);
    }
    retries.push_back(retry);
  }
  value = std::move(retries);
}

// As JSON would have it.
template <typename T>
Json json_from_text(const OrderField& field, std::string_view text, const T&) {
  const auto number = [&]<typename Number>(Number) {
    const auto read = parse_number<Number>(text);
    return read ? Json(*read) : Json(std::string(text));
  };
  if constexpr (std::is_same_v<T, bool>) {
    if (text == "true" || text == "false") return text == "true";
  } else if constexpr (std::is_same_v<T, Conservativity>) {
    return number(double());
  } else if constexpr (std::is_arithmetic_v<T>) {
    return number(T());
  } else if constexpr (is_optional_number<T>) {
    return number(typename T::value_type());
  } else if constexpr (std::is_same_v<T, std::optional<Region>> || std::is_same_v<T, Retries>) {
    fail_usage("{}: cannot be said in words", name_of(field));
  }
  return std::string(text);
}

// "melody.voice" is the member "voice" of "melody".
template <typename AnyJson>
AnyJson* member(AnyJson& json, std::string_view key) {
  const std::size_t dot = key.find('.');
  const auto found = json.find(std::string(key.substr(0, dot)));
  if (found == json.end()) return nullptr;
  if (dot == key.npos) return &*found;
  return found->is_object() ? member(*found, key.substr(dot + 1)) : nullptr;
}

void put(OrderedJson& json, std::string_view key, OrderedJson value) {
  const std::size_t dot = key.find('.');
  if (dot == key.npos) {
    json[std::string(key)] = std::move(value);
  } else if (const auto outer = json.find(std::string(key.substr(0, dot))); outer != json.end()) {
    (*outer)[std::string(key.substr(dot + 1))] = std::move(value);
  }
}

// What earlier versions wrote, and what the page may write for short.
Json modern(Json json) {
  const auto move_into = [](Json& from, Json& to, const char* key, const char* name) {
    if (const auto found = from.find(key); found != from.end()) {
      to[name] = *found;
      from.erase(found);
    }
  };
  if (const auto request = json.find("request"); request != json.end()) {
    Json parts = std::move(*request);
    json.erase(request);
    if (parts.contains("infill")) {
      move_into(parts, parts["infill"], "bars", "bars");
      move_into(parts, parts["infill"], "region", "region");
    }
    if (parts.contains("melody")) {
      move_into(parts, parts["melody"], "voice", "voice");
      move_into(parts, parts["melody"], "track", "track");
    }
    json.update(parts);
  }
  move_into(json, json, "piece", "first");
  if (const auto infill = json.find("infill"); infill != json.end() && infill->is_object()) {
    for (const char* part : {"from", "to", "low", "high", "pinned"})
      if (infill->contains(part)) move_into(*infill, (*infill)["region"], part, part);
  }
  if (const auto melody = json.find("melody"); melody != json.end() && melody->is_object()) {
    if (const auto voice = melody->find("voice"); voice != melody->end() && *voice == "track")
      *voice = fmt::format("track {}", melody->value("track", Json(1)).dump());
    melody->erase("track");
  }
  return json;
}

bool known(std::string_view key) {
  bool found = false;
  const Order order;
  visit_order(order,
              [&](const OrderField& field, const auto&) { found = found || key == field.key; });
  return found;
}

void refuse_unknown(const Json& json) {
  if (!json.is_object()) fail_usage("order: expected an object, found {}", json_type(json));
  for (const auto& [key, value] : json.items()) {
    if (!known(key))
      fail_usage("order: there is no \"{}\" (docs/api.md names what there is)", key.substr(0, 100));
    if (!value.is_object()) continue;
    for (const auto& [inner, part] : value.items()) {
      const bool own = inner == "path" || inner == "name" || inner == "hash" || inner == "music" ||
                       inner == "midi";
      if (!own && key != "region" && !known(key + "." + inner))
        fail_usage("order: \"{}\": there is no \"{}\" (docs/api.md names what there is)", key,
                   inner.substr(0, 100));
    }
  }
}

}  // namespace

std::string text_of(const OrderedJson& value) {
  if (value.is_null()) return "nothing";
  return value.is_string() ? value.get<std::string>() : value.dump();
}

OrderedJson all_of(const Order& order) {
  OrderedJson json;
  visit_order(
      order, [&](const OrderField& field, const auto& value) { json[field.key] = json_of(value); });
  return json;
}

OrderedJson to_json(const Order& order) {
  OrderedJson json = OrderedJson::object();
  const OrderedJson usual = all_of({});
  visit_order(order, [&](const OrderField& field, const auto& value) {
    OrderedJson own = json_of(value);
    if (own != usual[field.key]) put(json, field.key, std::move(own));
  });
  return json;
}

void read_order(const Json& json, Order& order) {
  const Json found = modern(json);
  refuse_unknown(found);
  Order read = order;
  visit_order(read, [&]<typename T>(const OrderField& field, T& value) {
    const Json* own = member(found, field.key);
    if (!own) return;
    try {
      read_value(field, *own, value);
    } catch (const Error& error) {
      // What a musician wrote is refused for what it means; which field it was is said here.
      const std::string name = name_of(field);
      if (!is_written<T> || std::string_view(error.what()).starts_with(name)) throw;
      throw Error(fmt::format("{}: {}", name, error.what()), error.kind());
    }
  });
  order = std::move(read);
}

void set_field(Order& order, std::string_view key, std::string_view text) {
  bool found = false;
  visit_order(order, [&](const OrderField& field, auto& value) {
    if (found || (key != field.key && key != option_of(field) && key != name_of(field))) return;
    found = true;
    read_value(field, json_from_text(field, text, value), value);
  });
  if (!found) fail_usage("there is no control \"{}\"", key);
}

void reset_field(Order& order, std::string_view key) {
  const Order usual;
  visit_order(order, [&]<typename T>(const OrderField& field, T& value) {
    if (key != field.key) return;
    visit_order(usual, [&]<typename U>(const OrderField& same, const U& otherwise) {
      if constexpr (std::is_same_v<T, U>) {
        if (key == same.key) value = otherwise;
      }
    });
  });
}

std::vector<Difference> differences(const Order& first, const Order& second) {
  const OrderedJson own = all_of(first), other = all_of(second);
  std::vector<Difference> all;
  visit_order(first, [&](const OrderField& field, const auto&) {
    const char* key = field.key;
    if (own[key] != other[key])
      all.push_back({name_of(field), text_of(own[key]), text_of(other[key])});
  });
  return all;
}

}  // namespace toccata::composing
