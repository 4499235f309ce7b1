#include "playing/controls.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "composing/controls.h"
#include "composing/order_json.h"

namespace toccata::playing {
namespace {

using composing::Order;
using Kind = LiveCommand::Kind;

// By fifths, from the most flats to the most sharps.
constexpr std::array<std::string_view, 12> kFifths = {"Db", "Ab", "Eb", "Bb", "F", "C",
                                                      "G",  "D",  "A",  "E",  "B", "F#"};

std::string_view trimmed(std::string_view text) {
  const auto space = [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; };
  while (!text.empty() && space(text.front())) text.remove_prefix(1);
  while (!text.empty() && space(text.back())) text.remove_suffix(1);
  return text;
}

// The key `by` fifths on; C major where there was none.
std::string neighbour(const composing::WrittenKey& key, int by) {
  if (key.empty()) return "C major";
  const int tonic = (key->tonic + 7 * by + 84) % 12;
  for (const std::string_view name : kFifths) {
    if (composing::parse_key(name).tonic == tonic)
      return fmt::format("{} {}", name, key->minor ? "minor" : "major");
  }
  return "";
}

// One notch up or down; the text of a field that has no number is as it was.
std::string notch(const Order& order, const std::string& control, bool up) {
  std::string text;
  const double sign = up ? 1 : -1;
  visit_order(order, [&]<typename T>(const composing::OrderField& field, const T& value) {
    if (control != field.key) return;
    if constexpr (std::is_same_v<T, int>) {
      text = fmt::format("{}", value + static_cast<int>(sign));
    } else if (control == "velocity") {
      text = fmt::format(
          "{}", order.velocity.value_or(composing::kUsualVelocity) + 5 * static_cast<int>(sign));
    } else if (control == "tempo") {
      text = fmt::format("{}", order.tempo.value_or(120) + 4 * sign);
    } else if (control == "temperature") {
      text = fmt::format("{}", order.sampling.temperature + 0.05 * sign);
    } else if (control == "articulate_temperature") {
      text = fmt::format("{}", order.sampling.strike_temperature() + 0.05 * sign);
    } else if (control == "density") {
      text = fmt::format("{}", up ? order.sampling.density * 1.25 : order.sampling.density / 1.25);
    }
  });
  return text.empty() ? (up ? "up" : "down") : text;
}

// "temperature, density… or velocity".
std::string live_names() {
  std::vector<std::string> names;
  for (const composing::FieldFacts& facts : composing::field_facts())
    if (facts.field.live) names.push_back(facts.option);
  return listed(names);
}

}  // namespace

LiveCommand parse_command(std::string_view line) {
  const std::string_view text = trimmed(line);
  const std::size_t space = std::min(text.find_first_of(" \t"), text.size());
  const std::string word = lower_case(text.substr(0, space));
  const std::string value(trimmed(text.substr(space)));
  if (word == "quit") return {};
  if (word == "model" && !value.empty()) return {Kind::model, word, value};
  for (const composing::FieldFacts& facts : composing::field_facts()) {
    if (!facts.field.live || value.empty()) continue;
    if (word == facts.field.key || word == facts.option)
      return {Kind::control, facts.field.key, value};
  }
  fail_usage(
      "\"{}\" is not a command: expected {} with a value (or up, down, off; key next or previous); "
      "model NAME; or quit",
      text, live_names());
}

Order changed(const Order& order, const LiveCommand& command) {
  Order next = order;
  const std::string& control = command.control;
  std::string value = command.value;
  const std::string word = lower_case(value);
  if (word == "off") {
    if (control == "key" || control == "scale") {
      next.key = {};
      next.scale = {};
    } else {
      composing::reset_field(next, control);
    }
  } else {
    if (word == "up" || word == "down") value = notch(order, control, word == "up");
    if (control == "key" && word == "next") value = neighbour(order.key, 1);
    if (control == "key" && word == "previous") value = neighbour(order.key, -1);
    if (control == "key") next.scale = {};
    if (control == "scale") next.key = {};
    composing::set_field(next, control, value);
  }
  composing::check(next);
  return next;
}

std::string to_string(const Order& order) {
  const std::string& key = order.scale ? order.scale.text() : order.key.text();
  std::string text = fmt::format("temperature {:.4g}, density {:.4g}, {}, {:g} quarters per minute",
                                 order.sampling.temperature, order.sampling.density,
                                 key.empty() ? "any key" : "key " + key, order.tempo.value_or(120));
  for (const composing::Difference& other : composing::differences({}, order)) {
    constexpr std::array<std::string_view, 8> kTold = {
        "temperature", "density", "key", "scale", "tempo", "seed", "meter", "keep prob"};
    if (std::ranges::find(kTold, other.name) == kTold.end())
      text += fmt::format(", {} {}", other.name, other.second);
  }
  return text;
}

}  // namespace toccata::playing
