#include "studio/compose_order.h"

#include <limits>
#include <random>

#include "base/base64.h"
#include "base/error.h"
#include "composing/order_json.h"
#include "composing/plan.h"
#include "composing/voice.h"
#include "studio/music.h"
#include "tasks/given_music.h"

namespace toccata::studio {
namespace {

constexpr std::uint64_t kMostSeed = std::uint64_t{1} << 53;  // what JSON readers keep exactly

constexpr int kToTheEnd = std::numeric_limits<int>::max();

// A region without an end, or no region at all: to the end of the piece.
void default_region(Json& json) {
  const auto infill = json.find("infill");
  if (infill == json.end() || !infill->is_object() || infill->contains("bars")) return;
  infill->emplace("from", 0);
  infill->emplace("to", kToTheEnd);
}

tasks::Use use_of(std::string_view key) {
  if (key == "prime") return tasks::Use::prime;
  if (key == "infill") return tasks::Use::infill;
  return key == "melody" ? tasks::Use::melody : tasks::Use::chords;
}

// The file that was sent, event for event.
void take_midi(const Json& midi, const composing::OrderField& field, const network::Config& config,
               int most_steps, composing::Order& order, composing::GivenFile& file) {
  const auto bytes =
      midi.is_string() ? from_base64(midi.get_ref<const std::string&>()) : std::optional<Bytes>();
  if (!bytes) fail_usage("{}: \"midi\": expected a MIDI file in base64", field.key);
  const std::optional<double> tempo = tasks::hear(file, use_of(field.key), order, config, *bytes);
  if (file.music->steps > most_steps)
    fail_usage("{}: has {} steps, and a piece may have up to {} here", file.path, file.music->steps,
               most_steps);
  if (!order.tempo && use_of(field.key) != tasks::Use::chords) order.tempo = tempo;
}

// Each file's music is what was sent with it.
void take_music(const Json& json, const network::Config& config, int most_steps,
                composing::Order& order) {
  visit_order(order, [&]<typename T>(const composing::OrderField& field, T& file) {
    if constexpr (std::is_same_v<T, std::optional<composing::GivenFile>>) {
      if (!file) return;
      const Json& sent = json.at(field.key);
      file->hash.clear();
      if (sent.is_object() && sent.contains("midi"))
        return take_midi(sent["midi"], field, config, most_steps, order, *file);
      if (!sent.is_object() || !sent.contains("music"))
        fail_usage("{}: \"midi\" or \"music\" is missing", field.key);
      const music::Options options = tasks::options_for(config.roll, use_of(field.key), order);
      music::Roll roll = roll_from_json(sent["music"], options, most_steps);
      if (&file == &order.prime) roll = tasks::first_bars(roll, order.prime_bars);
      if (&file == &order.melody && !order.voice.name.empty())
        fail_usage("melody.voice: expected top or bottom, found \"{}\": this music has no tracks",
                   order.voice.name);
      if (&file == &order.melody) roll = composing::voice_of(roll, order.voice.voice);
      file->hash = composing::given_hash(roll);
      file->music = std::make_shared<const music::Roll>(std::move(roll));
    }
  });
  if (order.region && order.region->to == kToTheEnd) order.region->to = order.infill->music->steps;
}

void check_sizes(const ComposeOrder& order, const OrderLimits& limits) {
  const long pieces = order.order.pieces, particles = particles_of(order.order);
  const long steps = order.all_steps - order.new_from;
  if (steps * pieces > limits.all_steps) {
    fail_usage("order: {} pieces of {} steps are more than the {} steps that one order may have",
               pieces, steps, limits.all_steps);
  }
  if (particles > 1 && (steps * particles > limits.particle_steps ||
                        steps * particles * pieces > limits.all_particle_steps)) {
    fail_usage(
        "order: {} particles for {} pieces of {} steps are more than is done here: fewer "
        "particles, pieces or steps",
        particles, pieces, steps);
  }
}

// Before anything is laid out: no client makes this program allocate more.
void check_bounds(const ComposeOrder& read, const OrderLimits& limits) {
  const composing::Order& order = read.order;
  if (order.seed > kMostSeed || order.first > kMostSeed)
    fail_usage("seed and first: expected up to {}, which JSON readers keep exactly", kMostSeed);
  if (order.pieces > limits.pieces)
    fail_usage("pieces: expected up to {} here, found {}", limits.pieces, order.pieces);
  if (particles_of(order) > limits.particles)
    fail_usage("particles: expected up to {} here, found {}", limits.particles,
               particles_of(order));
  const int past = order.prime ? order.prime->music->steps : 0;
  const int steps = new_steps(order, read.model->config.roll);
  if (steps > limits.steps - past) {
    fail_usage("order: a piece may have up to {} steps here{}, found {}", limits.steps,
               past ? fmt::format(" ({} of them are there already)", past) : "", steps);
  }
}

}  // namespace

ComposeOrder read_order(const Json& json, Models& models, const OrderLimits& limits) {
  if (!json.is_object()) fail_usage("order: expected an object, found {}", json_type(json));
  ComposeOrder read;
  try {
    read.model_name = json_get<std::string>(json, "model", "order");
    read.model = models.get(read.model_name);
    read.order.seed = std::random_device()();
    Json fields = json;
    fields.erase("model");
    default_region(fields);
    composing::read_order(fields, read.order);
    if (!read.order.retries.empty()) fail_usage("retries: belong to receipts alone");
    take_music(json, read.model->config, limits.steps, read.order);
    composing::check(read.order);
    composing::fill_in(read.order, models.manner_of(read.model_name));
    check_bounds(read, limits);
    const composing::Plan plan = composing::plan_of(read.model->config, read.order);
    read.all_steps = plan.to;
    read.new_from = plan.from;
  } catch (const Error& error) {
    throw Error(error.what(), ErrorKind::usage);  // whatever cannot be, it was asked for
  }
  check_sizes(read, limits);
  return read;
}

}  // namespace toccata::studio
