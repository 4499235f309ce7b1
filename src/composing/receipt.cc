#include "composing/receipt.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "composing/order_json.h"
#include "network/step/stepper.h"

namespace toccata::composing {
namespace {

constexpr std::string_view kKey = "toccata";

OrderedJson to_json(const Receipt& receipt) {
  OrderedJson json = {{"program", receipt.program},       {"model", receipt.model},
                      {"model_hash", receipt.model_hash}, {"arithmetic", receipt.arithmetic},
                      {"seed", receipt.order.seed},       {"piece", receipt.order.first}};
  const OrderedJson order = composing::to_json(receipt.order);
  for (const auto& [key, value] : order.items())
    if (key != "seed" && key != "first") json[key] = value;
  return json;
}

Receipt from_json(Json json, std::string_view where) {
  Receipt receipt;
  const auto take = [&](const char* key) {
    std::string text = json_get<std::string>(json, key, where);
    json.erase(key);
    return text;
  };
  receipt.program = take("program");
  receipt.model = take("model");
  receipt.model_hash = take("model_hash");
  receipt.arithmetic = take("arithmetic");
  json_get<std::uint64_t>(json, "seed", where);
  json_get<std::uint64_t>(json, "piece", where);
  receipt.order.particles = 1;  // earlier versions wrote other numbers only
  try {
    read_order(json, receipt.order);
  } catch (const Error& error) {
    fail("{}: {} (it was made by {})", where, error.what(), receipt.program);
  }
  if (receipt.order.infill || receipt.order.melody) receipt.order.steps.reset();
  return receipt;
}

}  // namespace

Receipt receipt_of(Receipt common, const Composed& piece) {
  common.order.first = piece.number;
  common.order.pieces = 1;
  common.order.retries = piece.retries;
  return common;
}

std::string receipt_text(const Receipt& receipt) {
  if (!receipt.text.empty()) return receipt.text;
  OrderedJson json;
  json[std::string(kKey)] = to_json(receipt);
  // A path that is no UTF-8 must not keep the piece from being written.
  return json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

bool is_receipt_text(std::string_view text) {
  return text.starts_with(fmt::format("{{\"{}\":{{", kKey));
}

std::optional<Receipt> parse_receipt(std::string_view text, std::string_view where) {
  if (!is_receipt_text(text)) return std::nullopt;
  const std::string place = fmt::format("{}: receipt", where);
  Receipt receipt = from_json(json_get<Json>(parse_json(text, place), kKey, place), place);
  receipt.text = text;
  return receipt;
}

std::optional<Receipt> find_receipt(const notation::Score& score, std::string_view where) {
  for (const notation::Track& track : score.tracks) {
    for (const notation::Text& text : track.texts) {
      if (std::optional<Receipt> receipt = parse_receipt(text.text, where)) return receipt;
    }
  }
  return std::nullopt;
}

Resources resources_of(const Receipt& receipt) {
  const std::string_view text = receipt.arithmetic;
  const std::size_t dash = std::min(text.find('-'), text.size());
  const auto set = from_word<network::InstructionSet>(text.substr(0, dash));
  const auto precision =
      from_word<network::Precision>(text.substr(std::min(dash + 1, text.size())));
  if (!set || !precision)
    fail("the piece was made in {} arithmetic, which this program does not know", text);
  return {.precision = *precision, .instruction_set = *set};
}

std::string arithmetic_of(const network::Model& model, const Resources& resources) {
  return network::Stepper(model, {.precision = resources.precision,
                                  .instruction_set = resources.instruction_set})
      .arithmetic();
}

}  // namespace toccata::composing
