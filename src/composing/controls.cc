#include "composing/controls.h"

#include <fmt/ranges.h>

#include <type_traits>
#include <utility>

#include "composing/order_json.h"

namespace toccata::composing {
namespace {

template <typename T>
FieldKind kind_of(const T&) {
  if constexpr (std::is_same_v<T, bool>) return FieldKind::flag;
  if constexpr (std::is_same_v<T, std::optional<GivenFile>>) return FieldKind::file;
  if constexpr (std::is_same_v<T, std::optional<Region>> || std::is_same_v<T, Retries>)
    return FieldKind::parts;
  if constexpr (Worded<T>) return FieldKind::words;
  if constexpr (std::is_integral_v<T> || std::is_same_v<T, std::optional<int>>)
    return FieldKind::whole;
  if constexpr (std::is_floating_point_v<T> || std::is_same_v<T, std::optional<double>>)
    return FieldKind::number;
  return FieldKind::text;
}

std::vector<std::string> examples_of(const OrderField& field) {
  std::vector<std::string> all;
  std::string one;
  for (const char* c = field.examples; *c; ++c) {
    if (*c == '\\' && c[1] == '|') {
      one += *++c;
    } else if (*c == '|') {
      all.push_back(std::exchange(one, {}));
    } else {
      one += *c;
    }
  }
  if (!one.empty()) all.push_back(one);
  return all;
}

}  // namespace

std::vector<FieldFacts> field_facts(const Order& order) {
  const OrderedJson usual = all_of(order);
  std::vector<FieldFacts> all;
  visit_order(order, [&]<typename T>(const OrderField& field, const T& value) {
    FieldFacts facts{field, kind_of(value), name_of(field), option_of(field), {}, usual[field.key]};
    if constexpr (Worded<T>) facts.words = word_texts<T>();
    all.push_back(std::move(facts));
  });
  return all;
}

OrderedJson controls_json() {
  OrderedJson all = OrderedJson::array();
  for (const FieldFacts& facts : field_facts()) {
    const OrderField& field = facts.field;
    if (!field.page) continue;
    OrderedJson json = {{"key", field.key},
                        {"name", facts.name},
                        {"group", field.group},
                        {"meaning", field.meaning},
                        {"kind", to_word(facts.kind)}};
    if (field.most > field.least) json.update({{"least", field.least}, {"most", field.most}});
    if (field.slider_most > field.slider_least)
      json["slider"] = {field.slider_least, field.slider_most};
    if (!facts.words.empty()) json["words"] = facts.words;
    if (*field.examples) json["examples"] = examples_of(field);
    if (!facts.usual.is_null()) json["default"] = facts.usual;
    if (*field.otherwise) json["otherwise"] = field.otherwise;
    all.push_back(std::move(json));
  }
  return all;
}

std::string controls_table() {
  const auto escaped = [](std::string text) {
    for (std::size_t at = 0; (at = text.find('|', at)) != text.npos; at += 2)
      text.insert(at, 1, '\\');
    return text;
  };
  std::string table;
  const char* group = "";
  for (const FieldFacts& facts : field_facts()) {
    const OrderField& field = facts.field;
    if (!field.page) continue;
    if (std::string_view(group) != field.group) {
      table += fmt::format("{}**{}**\n\n| key | meaning | values | default |\n|---|---|---|---|\n",
                           *group ? "\n" : "", field.group);
      group = field.group;
    }
    std::string values =
        !facts.words.empty()            ? fmt::format("{}", fmt::join(facts.words, ", "))
        : facts.kind == FieldKind::flag ? "true, false"
        : facts.kind == FieldKind::file ? "`{\"midi\", \"name\"}`"
        : field.most > field.least
            ? fmt::format("{} to {}", plain_text(field.least), plain_text(field.most))
            : fmt::format("{}", fmt::join(examples_of(field), "; "));
    const std::string usual = *field.otherwise        ? field.otherwise
                              : facts.usual.is_null() ? ""
                                                      : text_of(facts.usual);
    table += fmt::format("| `{}` | {} | {} | {} |\n", field.key, escaped(field.meaning),
                         escaped(std::move(values)), usual);
  }
  return table;
}

}  // namespace toccata::composing
