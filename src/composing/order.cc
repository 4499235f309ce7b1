#include "composing/order.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/hash.h"
#include "base/text.h"
#include "composing/given_source.h"
#include "music/bars.h"

namespace toccata::composing {
namespace {

template <typename Number>
bool reads(std::string_view text, Number& number) {
  const auto read = parse_number<Number>(text);
  if (read) number = *read;
  return read.has_value();
}

template <typename T>
void check_value(const OrderField& field, const T& value) {
  if constexpr (std::is_same_v<T, bool>) {
  } else if constexpr (std::is_arithmetic_v<T>) {
    check_number(field, value);
  } else if constexpr (is_optional_number<T>) {
    if (value) check_number(field, *value);
  } else if constexpr (std::is_same_v<T, Conservativity>) {
    check_number(field, value.power);
  }
}

// What contradicts itself.

void check_given(const Order& order) {
  if (order.infill && order.melody) {
    fail_usage(
        "infill and melody exclude each other: either bars are filled or a melody is "
        "harmonised");
  }
  if (order.infill && order.infill_bars.empty() && !order.region) {
    fail_usage("infill: say which bars to compose anew, such as --bars 9-12");
  }
  if (!order.infill && (order.infill_bars || order.region)) {
    fail_usage(
        "bars: these are bars of a given piece to compose anew, and none is given (--infill FILE); "
        "--length says how long a new piece is");
  }
  if (order.infill_bars && order.region) fail_usage("infill: either bars or a region, not both");
  if (order.region) {
    const Region& region = *order.region;
    if (region.from < 0 || region.from >= region.to || region.low < 0 || region.high > 127 ||
        region.low > region.high) {
      fail_usage(
          "region: expected steps and pitches in ascending order, found steps {} to {}, pitches {} "
          "to {}",
          region.from, region.to, region.low, region.high);
    }
  }
  if (order.voice != MelodyVoice{} && !order.melody) {
    fail_usage("voice: there is no melody to take it from; --melody FILE names it");
  }
  if (!order.prime && (order.new_only || order.prime_bars)) {
    fail_usage("new only and prime bars: there is no primer; --prime FILE names it");
  }
  if (order.steps && order.bars) fail_usage("steps and bars exclude each other");
  if (const auto& given = order.infill ? order.infill : order.melody) {
    if (order.steps || order.bars || order.meter || order.prime) {
      fail_usage(
          "{}: the piece is as long as this file and in its meter: leave out the primer, the "
          "meter, the steps and the bars",
          given->path);
    }
  }
}

void check_limits(const Order& order) {
  if (order.key && order.scale) {
    fail_usage(
        "key: either a key or a scale, not both: a scale is exact, a key has the minor's raised "
        "notes too");
  }
  if (order.most_notes && order.fewest_notes > order.most_notes) {
    fail_usage("fewest notes: at least {} and at most {} sounding notes contradict each other",
               order.fewest_notes, order.most_notes);
  }
  if (order.chords && order.chord_file) fail_usage("chords: either names or a file, not both");
  if (order.ending && order.ending->on == Ending::On::tonic && !order.key) {
    fail_usage("ending: the tonic of which key? --key names it, or --ending a chord");
  }
}

}  // namespace

std::string name_of(const OrderField& field) {
  std::string name = field.key;
  std::ranges::replace_if(
      name, [](char c) { return c == '_' || c == '.'; }, ' ');
  return name;
}

std::string option_of(const OrderField& field) {
  if (*field.option) return field.option;
  std::string name = name_of(field);
  std::ranges::replace(name, ' ', '-');
  return name;
}

std::string plain_text(double number) {
  return number == std::floor(number) ? fmt::format("{:.0f}", number) : fmt::format("{:g}", number);
}

std::string bounds_text(const OrderField& field) {
  if (field.most <= field.least) return "";
  return fmt::format(" from {} to {}", plain_text(field.least), plain_text(field.most));
}

void check(const Order& order) {
  visit_order(order, [](const OrderField& field, const auto& value) { check_value(field, value); });
  check_given(order);
  check_limits(order);
}

Meter parse_meter(std::string_view text) {
  Meter meter;
  const std::size_t slash = std::min(text.find('/'), text.size());
  const bool valid = slash < text.size() && reads(text.substr(0, slash), meter.numerator) &&
                     reads(text.substr(slash + 1), meter.denominator) && meter.numerator >= 1 &&
                     meter.numerator <= 255 && meter.denominator >= 1 && meter.denominator <= 64 &&
                     (meter.denominator & (meter.denominator - 1)) == 0;
  if (!valid) {
    fail_usage(
        "\"{}\" is no meter: expected two numbers such as 4/4, 3/4 or 7/8, the second a "
        "power of two up to 64",
        text);
  }
  return meter;
}

Ending parse_ending(std::string_view text) {
  using On = Ending::On;
  if (text == "tonic") return {};
  if (text == "own") return {On::own, {}};
  if (text == "none") return {On::none, {}};
  return {On::chord, parse_chord(text)};
}

MelodyVoice parse_voice(std::string_view text) {
  constexpr std::string_view kTrack = "track";
  if (text == to_word(Voice::top)) return {Voice::top};
  if (text == to_word(Voice::bottom)) return {Voice::bottom};
  if (text.empty())
    fail_usage("voice: expected top, bottom, track and a number, or the name of a track");
  MelodyVoice voice{Voice::track};
  const std::string_view number =
      text.starts_with(kTrack)
          ? text.substr(std::min(text.find_first_not_of(" :", kTrack.size()), text.size()))
          : "";  // of "track:2", "track 2"
  const bool is_number = number.find_first_not_of("0123456789-") == number.npos;
  if (!text.starts_with(kTrack) || (text != kTrack && !is_number)) {
    voice.name = text;
  } else if (!reads(number, voice.track) || voice.track < 1) {
    fail_usage("voice: track: which? expected a number from 1, found \"{}\"",
               text.substr(kTrack.size()));
  }
  return voice;
}

std::string to_string(const MelodyVoice& voice) {
  if (!voice.name.empty()) return voice.name;
  const std::string word(to_word(voice.voice));
  return voice.voice == Voice::track ? fmt::format("{} {}", word, voice.track) : word;
}

int particles_of(const Order& order) {
  return order.particles.value_or(order.infill || order.melody ? 16 : 1);
}

int new_steps(const Order& order, const music::Options& read_as) {
  if (order.infill || order.melody) return 0;
  if (order.steps) return *order.steps;
  music::MeterAt meter{0, read_as.meter_numerator, read_as.meter_denominator};
  if (order.prime && order.prime->music) {
    const music::Roll& prime = *order.prime->music;
    meter = music::Bars(prime.meters, prime.grid).meter(prime.steps);
  }
  if (order.meter) meter = {0, order.meter->numerator, order.meter->denominator};
  const double steps = order.bars.value_or(kUsualBars) * music::bar_length(meter, read_as.grid);
  return static_cast<int>(std::min(std::ceil(steps - music::kSameStep), 1e9));
}

Order resolved(Order order, const music::Options& read_as) {
  const int steps = new_steps(order, read_as);
  order.bars.reset();
  order.steps = steps ? std::optional(steps) : std::nullopt;
  order.particles = particles_of(order);
  for (const auto* file : {&order.infill, &order.melody, &order.prime})
    if (!order.tempo && *file && (*file)->source) order.tempo = 60e6 / (*file)->source->tempo;
  order.tempo = order.tempo.value_or(120);
  return order;
}

void fill_in(Order& order, const Manner& manner) {
  if (order.prime || order.infill || order.melody) return;
  if (!order.manner) {
    Manner own = manner;
    // A range that is asked for stands for the usual one; so does what would contradict it.
    if (order.range) {
      own.range = {};
      const bool all = *order.range == PitchRange{};
      if (own.register_ &&
          (all || order.range->low > own.register_->low || order.range->high < own.register_->high))
        own.register_.reset();
    }
    if (own != Manner{}) order.manner = own.text();
  }
  if (order.opening == Opening::usual) order.opening = Opening::sound;
  if (!order.ending && !order.chords && !order.chord_file)
    order.ending = order.key ? "tonic" : "own";
}

std::string given_hash(const music::Roll& roll) {
  std::string text =
      fmt::format("{} {} {} {} {}", roll.low, roll.high, roll.grid, roll.articulation, roll.steps);
  for (const music::MeterAt& meter : roll.meters) {
    text += fmt::format(" {}/{}@{:.6f}", meter.numerator, meter.denominator, meter.step);
  }
  text += '\n';
  text.append(roll.cells.begin(), roll.cells.end());
  return hash_hex(text);
}

}  // namespace toccata::composing
