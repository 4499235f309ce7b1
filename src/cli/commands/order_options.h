#pragma once
// An order (composing/order.h) as options of a command: one for each of its fields.

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "composing/order.h"

namespace toccata::cli {

struct OrderArguments {
  composing::Order order;
  std::vector<std::string> said;   // names of the fields that were given
  std::vector<std::string> voice;  // "top", "bottom", or "track" and a number
};

enum class OrderFields { all, play };  // play: those that go with `toccata play`

/// Adds the options; what `arguments.order` has already is their default.
void add_order(CLI::App& app, OrderArguments& arguments, OrderFields which);

/// Completes the order when all options are read: a seed is drawn where none was given. `model` is
/// the model's name, which --voice may have taken for its second word. Throws Error (usage).
void finish_order(OrderArguments& arguments, std::string& model);

}  // namespace toccata::cli
