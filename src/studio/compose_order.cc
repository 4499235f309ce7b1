#include "studio/compose_order.h"

#include <cmath>
#include <random>

#include "composing/piece_file.h"
#include "composing/plan.h"
#include "music/bars.h"
#include "studio/music.h"
#include "studio/order_json.h"
#include "studio/request_order.h"

namespace toccata::studio {
namespace {

constexpr int kParticles = 16;  // where music is given, as toccata generate has it
constexpr std::uint64_t kMostSeed = std::uint64_t{1} << 53;  // what JSON readers keep exactly

void read_prime(const Json& json, ComposeOrder& order, const OrderLimits& limits) {
  refuse_unknown(json, {"music", "name", "bars"});
  order.options.prime_name = text(json, "name", "the page's piece");
  order.prime_bars = whole<int>(json, "bars", 0, 0, 100000);
  const auto music = json.find("music");
  if (music == json.end()) fail_usage("order: \"prime\": \"music\" is missing");
  const music::Roll all = roll_from_json(*music, order.model->config.roll, limits.steps);
  order.music.prime = first_bars(all, order.prime_bars);
}

// Bars of the piece's meter to steps, a broken number rounded up.
int steps_of_bars(const Json& json, const ComposeOrder& order, int most) {
  const int bars = whole<int>(json, "bars", 16, 1, most);
  const int grid = order.model->config.roll.grid;
  music::MeterAt meter;
  if (const auto& prime = order.music.prime) {
    meter = music::Bars(prime->meters, grid).meter(prime->steps);
  }
  if (order.options.meter) {
    meter = {0, order.options.meter->numerator, order.options.meter->denominator};
  }
  return static_cast<int>(std::ceil(bars * music::bar_length(meter, grid) - music::kSameStep));
}

// How long the piece is: as ordered, or as what is filled or harmonised.
void read_length(const Json& json, ComposeOrder& order, const OrderLimits& limits) {
  composing::ComposeOptions& options = order.options;
  if (order.music.infill || order.music.melody) {
    for (const char* other : {"steps", "bars", "meter", "prime", "new_only"}) {
      if (json.contains(other)) {
        fail_usage("order: \"{}\" and \"{}\" exclude each other",
                   order.music.infill ? "infill" : "melody", other);
      }
    }
    return;
  }
  if (json.contains("meter")) options.meter = composing::parse_meter(text(json, "meter", ""));
  options.new_only = truth(json, "new_only");
  if (json.contains("prime")) read_prime(json["prime"], order, limits);
  if (options.new_only && !order.music.prime) fail_usage("order: \"new_only\" goes with \"prime\"");
  if (json.contains("steps") && json.contains("bars")) {
    fail_usage("order: \"steps\" and \"bars\" exclude each other");
  }
  options.steps = json.contains("steps") ? whole<int>(json, "steps", 256, 1, limits.steps)
                                         : steps_of_bars(json, order, limits.steps);
  const int past = order.music.prime ? order.music.prime->steps : 0;
  if (options.steps > limits.steps - past) {
    fail_usage("order: a piece may have up to {} steps here{}, found {}", limits.steps,
               past ? fmt::format(" ({} of them are there already)", past) : "", options.steps);
  }
}

void check_sizes(const ComposeOrder& order, const OrderLimits& limits) {
  const composing::ComposeOptions& options = order.options;
  const long steps = order.all_steps - order.new_from;
  if (steps * options.pieces > limits.all_steps) {
    fail_usage("order: {} pieces of {} steps are more than the {} steps that one order may have",
               options.pieces, steps, limits.all_steps);
  }
  const long particles = options.particles;
  if (particles > 1 && (steps * particles > limits.particle_steps ||
                        steps * particles * options.pieces > limits.all_particle_steps)) {
    fail_usage(
        "order: {} particles for {} pieces of {} steps are more than is done here: fewer "
        "particles, pieces or steps",
        particles, options.pieces, steps);
  }
}

}  // namespace

ComposeOrder read_order(const Json& json, Models& models, const OrderLimits& limits) {
  refuse_unknown(json, {"model",       "steps",        "bars",
                        "pieces",      "first",        "seed",
                        "temperature", "keep_prob",    "articulate_temperature",
                        "density",     "meter",        "conservativity",
                        "tempo",       "velocity",     "prime",
                        "new_only",    "infill",       "melody",
                        "key",         "scale",        "range",
                        "most_notes",  "fewest_notes", "longest_silence",
                        "repeat_gap",  "chords",       "chord_file",
                        "chord_tones", "ending",       "ending_bars",
                        "particles",   "pick"});
  ComposeOrder order;
  order.model_name = text(json, "model", "");
  order.model = models.get(order.model_name);
  const music::Options& read = order.model->config.roll;
  composing::ComposeOptions& options = order.options;
  options.pieces = whole<int>(json, "pieces", 1, 1, limits.pieces);
  options.first = whole<std::uint64_t>(json, "first", 0, 0, kMostSeed);
  options.seed = json.contains("seed") ? whole<std::uint64_t>(json, "seed", 1, 0, kMostSeed)
                                       : std::random_device()();
  options.keep_prob = number(json, "keep_prob", 1);
  options.taste = read_taste(json);
  const std::string pick = text(json, "pick", to_word(options.pick));
  if (!from_word<composing::Pick>(pick)) {
    fail_usage("order: \"pick\": expected {}", listed(word_texts<composing::Pick>()));
  }
  options.pick = *from_word<composing::Pick>(pick);
  order.tempo = number(json, "tempo", 120);
  order.velocity = whole<int>(json, "velocity", 80, 1, 127);
  options.request = read_request(json, read, limits.steps, order.music);
  const bool given = order.music.infill || order.music.melody;
  options.particles = whole<int>(json, "particles", given ? kParticles : 1, 1, limits.particles);
  read_length(json, order, limits);
  try {
    const composing::Plan plan = composing::plan_of(order.model->config, complete_options(order));
    order.all_steps = plan.piece.steps;
    order.new_from = plan.from;
  } catch (const Error& error) {
    throw Error(error.what(), ErrorKind::usage);  // whatever cannot be, it was asked for
  }
  check_sizes(order, limits);
  // A wrong tempo shall not be found after minutes of composing.
  composing::write_piece({0, music::make_roll(1, read.low, read.high, read.grid, true), 0, 0},
                         receipt_of(order, ""));
  return order;
}

composing::ComposeOptions complete_options(const ComposeOrder& order) {
  const auto pointer = [](const std::optional<music::Roll>& roll) {
    return roll ? &*roll : nullptr;
  };
  composing::ComposeOptions options = order.options;
  const auto& prime = order.music.prime;
  options.prime = prime && prime->steps > 0 ? &*prime : nullptr;
  options.music = {pointer(order.music.infill), pointer(order.music.melody),
                   pointer(order.music.chord_file)};
  return options;
}

composing::Receipt receipt_of(const ComposeOrder& order, std::string program) {
  const composing::ComposeOptions& options = order.options;
  composing::Receipt receipt;
  receipt.program = std::move(program);
  receipt.model = order.model_name;
  receipt.model_hash = order.model->hash;
  receipt.seed = options.seed;
  receipt.piece = options.first;
  receipt.steps = options.steps;
  receipt.keep_prob = options.keep_prob;
  receipt.taste = options.taste;
  receipt.request = options.request;
  receipt.particles = options.particles;
  receipt.pick = options.pick;
  receipt.meter = options.meter;
  receipt.new_only = options.new_only;
  receipt.tempo = order.tempo;
  receipt.velocity = order.velocity;
  if (const auto& prime = order.music.prime) {
    receipt.prime =
        composing::Primer{options.prime_name, composing::music_hash(*prime), order.prime_bars};
  }
  return receipt;
}

}  // namespace toccata::studio
