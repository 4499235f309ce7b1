#pragma once
// An order as JSON and as text.

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
/// "music" or "midi" is left to the caller. Throws Error (usage) where a key is unknown, a value of
/// another type or out of bounds. Orders of earlier versions are read too.
void read_order(const Json& json, Order& order);

/// Sets one field from text, as a command line or someone who plays along says it. `key` is a
/// field's key, its option or its name. Throws Error (usage), the order unchanged.
void set_field(Order& order, std::string_view key, std::string_view text);

/// Sets a field to what it is by default.
void reset_field(Order& order, std::string_view key);

struct Difference {
  std::string name, first, second;  // "temperature", "1", "0.9"; "nothing" where it is not said
};
/// Fields that are not the same.
std::vector<Difference> differences(const Order& first, const Order& second);

/// Every field under its key; null where nothing is said.
OrderedJson all_of(const Order& order);
/// A field's value as words: "nothing" for null.
std::string text_of(const OrderedJson& value);

}  // namespace toccata::composing
