#include "composing/order.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/error.h"
#include "base/hash.h"
#include "music/bars.h"

namespace toccata::composing {
namespace {

template <typename Number>
bool reads(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

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
  if (text == "tonic") return {};
  return {parse_chord(text)};
}

MelodyVoice parse_voice(std::string_view text) {
  constexpr std::string_view kTrack = "track";
  if (text == to_word(Voice::top)) return {Voice::top};
  if (text == to_word(Voice::bottom)) return {Voice::bottom};
  if (!text.starts_with(kTrack)) {
    fail_usage("voice: expected top, bottom or track and a number, found \"{}\"", text);
  }
  MelodyVoice voice{Voice::track};
  const std::string_view number = text.substr(
      std::min(text.find_first_of("0123456789-"), text.size()));  // "track:2", "track 2"
  if (!reads(number, voice.track) || voice.track < 1) {
    fail_usage("voice: track: which? expected a number from 1, found \"{}\"",
               text.substr(kTrack.size()));
  }
  return voice;
}

std::string to_string(const MelodyVoice& voice) {
  const std::string word(to_word(voice.voice));
  return voice.voice == Voice::track ? fmt::format("{} {}", word, voice.track) : word;
}

int particles_of(const Order& order) {
  return order.particles.value_or(order.infill || order.melody ? 16 : 1);
}

int new_steps(const Order& order, int grid) {
  if (order.infill || order.melody) return 0;
  if (order.steps) return *order.steps;
  music::MeterAt meter;
  if (order.prime && order.prime->music) {
    const music::Roll& prime = *order.prime->music;
    meter = music::Bars(prime.meters, prime.grid).meter(prime.steps);
  }
  if (order.meter) meter = {0, order.meter->numerator, order.meter->denominator};
  const double steps = order.bars.value_or(kUsualBars) * music::bar_length(meter, grid);
  return static_cast<int>(std::min(std::ceil(steps - music::kSameStep), 1e9));
}

Order resolved(Order order, int grid) {
  const int steps = new_steps(order, grid);
  order.bars.reset();
  order.steps = steps ? std::optional(steps) : std::nullopt;
  order.particles = particles_of(order);
  order.tempo = order.tempo.value_or(120);
  return order;
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
