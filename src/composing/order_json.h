#pragma once
// An order checked, as JSON, as text, and as facts about its fields: what all who read or show
// orders share.

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "composing/order.h"

namespace toccata::composing {

/// What is not as an order is by default, under the fields' keys. A file of music is
/// {"path", "hash"}.
OrderedJson to_json(const Order& order);

/// Sets the fields that `json` has in `order`; "name" may stand for a file's "path", and its
/// "music" is left to the caller. Throws Error (usage) where a key is unknown, a value of another
/// type or out of bounds. Orders of earlier versions are read too.
void read_order(const Json& json, Order& order);

/// Sets one field from text, as a command line or someone who plays along says it. `key` is a
/// field's key, its option or its name. Throws Error (usage), the order unchanged.
void set_field(Order& order, std::string_view key, std::string_view text);

/// Sets a field to what it is by default.
void reset_field(Order& order, std::string_view key);

/// Throws Error (usage) where a field is out of its bounds or fields contradict each other.
void check(const Order& order);

struct Difference {
  std::string name, first, second;  // "temperature", "1", "0.9"; "nothing" where it is not said
};
/// Fields that are not the same.
std::vector<Difference> differences(const Order& first, const Order& second);

enum class FieldKind { flag, whole, number, words, text, file, parts };
constexpr auto words(FieldKind) {
  return word_list<FieldKind>({{"flag", FieldKind::flag},
                               {"whole", FieldKind::whole},
                               {"number", FieldKind::number},
                               {"words", FieldKind::words},
                               {"text", FieldKind::text},
                               {"file", FieldKind::file},
                               {"parts", FieldKind::parts}});
}

struct FieldFacts {
  OrderField field;
  FieldKind kind = FieldKind::text;
  std::string name;                // "most notes"
  std::string option;              // "most-notes": of the command line, without dashes
  std::vector<std::string> words;  // of FieldKind::words
  OrderedJson usual;               // by default; null: none
};
/// Of every field, in order; `order` gives the defaults.
std::vector<FieldFacts> field_facts(const Order& order = {});

/// The page's controls, GET /api/controls: a list of {"key", "name", "group", "meaning", "kind"…}.
OrderedJson controls_json();
/// The same as the table in docs/api.md: lines of Markdown.
std::string controls_table();

}  // namespace toccata::composing
