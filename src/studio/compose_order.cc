#include "studio/compose_order.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <random>

#include "composing/piece_file.h"
#include "listening/excerpt.h"
#include "roll/bars.h"
#include "studio/music.h"

namespace toccata::studio {
namespace {

constexpr std::string_view kWhere = "order";
constexpr std::size_t kMostPinned = 100000;

void refuse_unknown(const Json& json, std::initializer_list<std::string_view> known) {
  for (const auto& [key, value] : json.items()) {
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      fail_usage("order: there is no \"{}\" (docs/api.md names what there is)", key.substr(0, 100));
    }
  }
}

/// A whole number within bounds, of any JSON size (10^400 is refused, not wrapped).
template <typename T>
T whole(const Json& json, std::string_view key, T otherwise, T least, T most) {
  const auto found = json.find(key);
  if (found == json.end()) return otherwise;
  const bool fits =
      found->is_number_unsigned()
          ? found->get<std::uint64_t>() >= static_cast<std::uint64_t>(std::max<T>(least, 0)) &&
                found->get<std::uint64_t>() <= static_cast<std::uint64_t>(most)
          : found->is_number_integer() && least < 0 &&
                found->get<std::int64_t>() >= static_cast<std::int64_t>(least);
  if (!fits) {
    fail_usage("order: \"{}\": expected a whole number from {} to {}, found {}", key, least, most,
               found->dump().substr(0, 40));
  }
  return found->get<T>();
}

double number(const Json& json, std::string_view key, double otherwise) {
  const auto found = json.find(key);
  if (found == json.end()) return otherwise;
  if (!found->is_number()) fail_usage("order: \"{}\": expected a number", key);
  return found->get<double>();
}

std::string text(const Json& json, std::string_view key, std::string_view otherwise) {
  const auto found = json.find(key);
  if (found == json.end()) return std::string(otherwise);
  if (!found->is_string() || found->get_ref<const std::string&>().size() > 300) {
    fail_usage("order: \"{}\": expected a text of up to 300 bytes", key);
  }
  return found->get<std::string>();
}

bool truth(const Json& json, std::string_view key) {
  const auto found = json.find(key);
  if (found == json.end()) return false;
  if (!found->is_boolean()) fail_usage("order: \"{}\": expected true or false", key);
  return found->get<bool>();
}

void read_prime(const Json& json, ComposeOrder& order, const OrderLimits& limits) {
  refuse_unknown(json, {"music", "name", "bars"});
  order.prime_name = text(json, "name", "the page's piece");
  order.prime_bars = whole<int>(json, "bars", 0, 0, 100000);
  const roll::Roll all = roll_from_json(json_get_or<Json>(json, "music", Json(), kWhere),
                                        order.model->config.roll, limits.steps);
  order.prime = first_bars(all, order.prime_bars);
}

void read_rework(const Json& json, ComposeOrder& order, const OrderLimits& limits) {
  refuse_unknown(json, {"music", "from", "to", "low", "high", "pinned"});
  const roll::Options& read = order.model->config.roll;
  order.piece =
      roll_from_json(json_get_or<Json>(json, "music", Json(), kWhere), read, limits.steps);
  const int steps = order.piece->steps;
  if (steps == 0) fail_usage("order: the piece to rework is empty");
  order.region = {
      whole<int>(json, "from", 0, 0, steps - 1), whole<int>(json, "to", steps, 1, steps),
      whole<int>(json, "low", read.low, 0, 127), whole<int>(json, "high", read.high, 0, 127)};
  if (order.region.from >= order.region.to || order.region.low > order.region.high) {
    fail_usage("order: the region to rework is empty");
  }
  const Json pinned = json_get_or<Json>(json, "pinned", Json::array(), kWhere);
  if (!pinned.is_array() || pinned.size() > kMostPinned) fail_usage("order: \"pinned\" is no list");
  for (const Json& note : pinned) {
    const bool pair = note.is_array() && note.size() == 2 && note[0].is_number_integer() &&
                      note[1].is_number_integer();
    if (!pair) fail_usage("order: \"pinned\": expected pairs of onset and pitch");
    order.pinned.emplace_back(note[0].get<int>(), note[1].get<int>());
  }
  order.options.steps = order.region.to - order.region.from;
  const roll::MeterAt meter = roll::Bars(order.piece->meters, read.grid).meter(order.region.from);
  order.options.meter =
      composing::parse_meter(fmt::format("{}/{}", meter.numerator, meter.denominator));
  order.prime = listening::excerpt(*order.piece, 0, order.region.from);
  order.prime_name = "the bars before";
}

// Bars of the piece's meter to steps, a broken number rounded up.
int steps_of_bars(const Json& json, const ComposeOrder& order, int most) {
  const int bars = whole<int>(json, "bars", 16, 1, most);
  const int grid = order.model->config.roll.grid;
  roll::MeterAt meter;
  if (order.prime) {
    meter = roll::Bars(order.prime->meters, grid).meter(order.prime->steps);
  }
  if (order.options.meter) {
    meter = {0, order.options.meter->numerator, order.options.meter->denominator};
  }
  return static_cast<int>(std::ceil(bars * roll::bar_length(meter, grid) - roll::kSameStep));
}

void check_sizes(const ComposeOrder& order, const OrderLimits& limits) {
  const composing::ComposeOptions& options = order.options;
  const int past = order.prime ? order.prime->steps : 0;
  if (options.steps < 1 || options.steps > limits.steps - past) {
    fail_usage("order: a piece may have up to {} steps here{}, found {}", limits.steps,
               past ? fmt::format(" ({} of them are there already)", past) : "", options.steps);
  }
  if (static_cast<long>(options.steps) * options.pieces > limits.all_steps) {
    fail_usage("order: {} pieces of {} steps are more than the {} steps that one order may have",
               options.pieces, options.steps, limits.all_steps);
  }
}

}  // namespace

ComposeOrder read_order(const Json& json, Models& models, const OrderLimits& limits) {
  if (!json.is_object()) fail_usage("order: expected an object, found {}", json_type(json));
  refuse_unknown(json, {"model", "steps", "bars", "pieces", "first", "seed", "temperature",
                        "keep_prob", "meter", "tempo", "velocity", "prime", "new_only", "rework"});
  ComposeOrder order;
  order.model_name = text(json, "model", "");
  order.model = models.get(order.model_name);
  composing::ComposeOptions& options = order.options;
  options.pieces = whole<int>(json, "pieces", 1, 1, limits.pieces);
  options.first = whole<std::uint64_t>(json, "first", 0, 0, std::uint64_t{1} << 53);
  options.seed = json.contains("seed")
                     ? whole<std::uint64_t>(json, "seed", 1, 0, std::uint64_t{1} << 53)
                     : std::random_device()();
  options.taste.temperature = number(json, "temperature", 1);
  options.taste.articulate_temperature = options.taste.temperature;
  options.keep_prob = number(json, "keep_prob", 1);
  if (json.contains("meter")) options.meter = composing::parse_meter(text(json, "meter", ""));
  options.new_only = truth(json, "new_only");
  order.tempo = number(json, "tempo", 120);
  order.velocity = whole<int>(json, "velocity", 80, 1, 127);
  if (json.contains("rework")) {
    for (const char* other : {"steps", "bars", "meter", "prime", "new_only"}) {
      if (json.contains(other))
        fail_usage("order: \"rework\" and \"{}\" exclude each other", other);
    }
    read_rework(json["rework"], order, limits);
  } else {
    if (json.contains("prime")) read_prime(json["prime"], order, limits);
    if (options.new_only && !order.prime) fail_usage("order: \"new_only\" goes with \"prime\"");
    if (json.contains("steps") && json.contains("bars")) {
      fail_usage("order: \"steps\" and \"bars\" exclude each other");
    }
    options.steps = json.contains("steps") ? whole<int>(json, "steps", 256, 1, limits.steps)
                                           : steps_of_bars(json, order, limits.steps);
  }
  check_sizes(order, limits);
  composing::check(options);
  // A wrong tempo shall not be found after minutes of composing.
  const roll::Options& read = order.model->config.roll;
  composing::write_piece({0, roll::make_roll(1, read.low, read.high, read.grid, true), 0, 0},
                         receipt_of(order, ""));
  return order;
}

composing::Receipt receipt_of(const ComposeOrder& order, std::string program) {
  composing::Receipt receipt;
  receipt.program = std::move(program);
  receipt.model = order.model_name;
  receipt.model_hash = order.model->hash;
  receipt.seed = order.options.seed;
  receipt.piece = order.options.first;
  receipt.steps = order.options.steps;
  receipt.keep_prob = order.options.keep_prob;
  receipt.taste = order.options.taste;
  receipt.meter = order.options.meter;
  receipt.new_only = order.options.new_only;
  receipt.tempo = order.tempo;
  receipt.velocity = order.velocity;
  if (order.prime) {
    receipt.prime =
        composing::Primer{order.prime_name, composing::music_hash(*order.prime), order.prime_bars};
  }
  return receipt;
}

roll::Roll with_region(const ComposeOrder& order, const roll::Roll& composed) {
  const roll::Roll& old = *order.piece;
  const Region& region = order.region;
  roll::Roll made = old;
  const int notes = old.notes();
  const auto in_region = [&](int n) {
    return old.low + n >= region.low && old.low + n <= region.high;
  };
  for (int t = region.from; t < region.to; ++t) {
    for (int n = 0; n < notes; ++n) {
      if (in_region(n)) made.frame(t)[n] = composed.frame(t)[n];
    }
  }
  for (const auto& [onset, pitch] : order.pinned) {
    const int n = pitch - old.low;
    if (onset < 0 || onset >= old.steps || n < 0 || n >= notes) continue;
    int t = onset;
    do {
      made.frame(t)[n] = old.frame(t)[n];
      ++t;
    } while (t < old.steps && (old.frame(t)[n] & roll::kPlay) &&
             !(old.frame(t)[n] & roll::kArticulate));
  }
  // A cell after silence that only sounds on would be no note: it begins one.
  for (int t = 0; t < made.steps && made.articulation; ++t) {
    for (int n = 0; n < notes; ++n) {
      const bool before = t > 0 && (made.frame(t - 1)[n] & roll::kPlay);
      if ((made.frame(t)[n] & roll::kPlay) && !before) made.frame(t)[n] |= roll::kArticulate;
    }
  }
  return made;
}

}  // namespace toccata::studio
