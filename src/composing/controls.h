#pragma once
// The fields of an order as a command line, the page and docs/api.md show them.

#include <string>
#include <vector>

#include "base/json.h"
#include "composing/order.h"

namespace toccata::composing {

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
