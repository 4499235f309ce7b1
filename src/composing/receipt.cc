#include "composing/receipt.h"

#include <algorithm>
#include <utility>

#include "network/stepper.h"

namespace toccata::composing {
namespace {

constexpr std::string_view kKey = "toccata";

// Only what differs from the default: a plain piece has a plain receipt.
void put_taste(OrderedJson& json, const Taste& taste) {
  json["temperature"] = taste.temperature;
  if (taste.articulate_temperature != taste.temperature)
    json["articulate_temperature"] = taste.articulate_temperature;
  if (taste.density != 1) json["density"] = taste.density;
  if (taste.adaptive) {
    json["conservativity"] = "adaptive";
  } else if (taste.conservativity != 1) {
    json["conservativity"] = taste.conservativity;
  }
}

Taste taste_from(const Json& json, std::string_view where) {
  Taste taste;
  taste.temperature = json_get<double>(json, "temperature", where);
  taste.articulate_temperature =
      json_get_or<double>(json, "articulate_temperature", taste.temperature, where);
  taste.density = json_get_or<double>(json, "density", 1, where);
  taste.adaptive = json.contains("conservativity") && json["conservativity"] == "adaptive";
  if (!taste.adaptive) taste.conservativity = json_get_or<double>(json, "conservativity", 1, where);
  return taste;
}

OrderedJson to_json(const Receipt& receipt) {
  OrderedJson json;
  json["program"] = receipt.program;
  json["model"] = receipt.model;
  json["model_hash"] = receipt.model_hash;
  json["arithmetic"] = receipt.arithmetic;
  json["seed"] = receipt.seed;
  json["piece"] = receipt.piece;
  json["steps"] = receipt.steps;
  json["keep_prob"] = receipt.keep_prob;
  put_taste(json, receipt.taste);
  if (receipt.meter) json["meter"] = to_string(*receipt.meter);
  if (receipt.prime) {
    json["prime"] = {{"path", receipt.prime->path}, {"hash", receipt.prime->hash}};
    if (receipt.prime->bars) json["prime"]["bars"] = receipt.prime->bars;
    json["new_only"] = receipt.new_only;
  }
  if (receipt.request != Request{}) json["request"] = to_json(receipt.request);
  if (receipt.particles != 1) json["particles"] = receipt.particles;
  if (receipt.pick != Pick::drawn) json["pick"] = to_word(receipt.pick);
  for (const Retry& retry : receipt.retries) {
    json["retries"].push_back({{"step", retry.step}, {"try", retry.number}});
  }
  json["tempo"] = receipt.tempo;
  json["velocity"] = receipt.velocity;
  return json;
}

Retries retries_from(const Json& json, std::string_view where) {
  Retries retries;
  for (const Json& entry : json) {
    const Retry retry{json_get<int>(entry, "step", where),
                      json_get<std::uint32_t>(entry, "try", where)};
    if (retry.number > 4095) fail("{}: retries: expected up to 4095 tries", where);
    if (retry.step < 0 || (!retries.empty() && retry.step <= retries.back().step)) {
      fail("{}: retries: expected steps that grow, found {}", where, retry.step);
    }
    retries.push_back(retry);
  }
  return retries;
}

Receipt from_json(const Json& json, std::string_view where) {
  Receipt receipt;
  receipt.program = json_get<std::string>(json, "program", where);
  receipt.model = json_get<std::string>(json, "model", where);
  receipt.model_hash = json_get<std::string>(json, "model_hash", where);
  receipt.arithmetic = json_get<std::string>(json, "arithmetic", where);
  receipt.seed = json_get<std::uint64_t>(json, "seed", where);
  receipt.piece = json_get<std::uint64_t>(json, "piece", where);
  receipt.steps = json_get<int>(json, "steps", where);
  receipt.keep_prob = json_get<double>(json, "keep_prob", where);
  receipt.taste = taste_from(json, where);
  if (json.contains("meter")) {
    receipt.meter = parse_meter(json_get<std::string>(json, "meter", where));
  }
  if (json.contains("prime")) {
    const Json& prime = json["prime"];
    receipt.prime = Primer{json_get<std::string>(prime, "path", where),
                           json_get<std::string>(prime, "hash", where),
                           json_get_or<int>(prime, "bars", 0, where)};
    receipt.new_only = json_get<bool>(json, "new_only", where);
  }
  if (json.contains("request")) receipt.request = request_from_json(json["request"], where);
  receipt.particles = json_get_or<int>(json, "particles", 1, where);
  if (json_get_or<std::string>(json, "pick", "", where) == to_word(Pick::heaviest))
    receipt.pick = Pick::heaviest;
  if (json.contains("retries")) receipt.retries = retries_from(json["retries"], where);
  receipt.tempo = json_get<double>(json, "tempo", where);
  receipt.velocity = json_get<int>(json, "velocity", where);
  return receipt;
}

// "avx2-f32" as Stepper::arithmetic() writes it.
std::pair<network::InstructionSet, network::Arithmetic> parse_arithmetic(std::string_view text) {
  const std::size_t dash = std::min(text.find('-'), text.size());
  const auto set = from_word<network::InstructionSet>(text.substr(0, dash));
  const auto arithmetic =
      from_word<network::Arithmetic>(text.substr(std::min(dash + 1, text.size())));
  if (set && arithmetic) return {*set, *arithmetic};
  fail("the piece was made with {} arithmetic, which this program does not know", text);
}

}  // namespace

std::string receipt_text(const Receipt& receipt) {
  OrderedJson json;
  json[std::string(kKey)] = to_json(receipt);
  // A path that is no UTF-8 must not keep the piece from being written.
  return json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

std::optional<Receipt> parse_receipt(std::string_view text, std::string_view where) {
  if (!text.starts_with(fmt::format("{{\"{}\":{{", kKey))) return std::nullopt;
  const std::string place = fmt::format("{}: receipt", where);
  return from_json(json_get<Json>(parse_json(text, place), kKey, place), place);
}

std::optional<Receipt> find_receipt(const notation::Score& score, std::string_view where) {
  for (const notation::Track& track : score.tracks) {
    for (const notation::Text& text : track.texts) {
      if (std::optional<Receipt> receipt = parse_receipt(text.text, where)) return receipt;
    }
  }
  return std::nullopt;
}

ComposeOptions compose_options(const Receipt& receipt, const music::Roll* prime,
                               const RequestMusic& music) {
  const auto [instruction_set, arithmetic] = parse_arithmetic(receipt.arithmetic);
  return {.steps = receipt.steps,
          .first = receipt.piece,
          .pieces = 1,
          .retries = {{receipt.piece, receipt.retries}},
          .seed = receipt.seed,
          .keep_prob = receipt.keep_prob,
          .taste = receipt.taste,
          .meter = receipt.meter,
          .prime = prime,
          .prime_name = receipt.prime ? receipt.prime->path : "",
          .new_only = receipt.new_only,
          .request = receipt.request,
          .music = music,
          .particles = receipt.particles,
          .pick = receipt.pick,
          .arithmetic = arithmetic,
          .instruction_set = instruction_set};
}

std::string arithmetic_of(const network::Model& model, network::Arithmetic arithmetic,
                          network::InstructionSet instruction_set) {
  return network::Stepper(model, {.arithmetic = arithmetic, .instruction_set = instruction_set})
      .arithmetic();
}

}  // namespace toccata::composing
