#include "composing/compose.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "composing/composer.h"
#include "listening/excerpt.h"
#include "listening/walk.h"
#include "roll/bars.h"
#include "roll/from_score.h"

namespace toccata::composing {
namespace {

// The whole piece as it will be, silent where the new music goes.
roll::Roll blank(const network::Config& config, const ComposeOptions& options) {
  const int past = options.prime ? options.prime->steps : 0;
  std::vector<roll::MeterAt> meters;
  if (options.prime) meters = options.prime->meters;
  if (options.meter) {
    const roll::MeterAt in_force = roll::Bars(meters, config.roll.grid).meter(past);
    const roll::MeterAt wanted{static_cast<double>(past), options.meter->numerator,
                               options.meter->denominator};
    if (in_force.numerator != wanted.numerator || in_force.denominator != wanted.denominator) {
      meters.push_back(wanted);
    }
  }
  if (meters.empty()) meters = {roll::MeterAt{}};
  roll::Roll roll = roll::make_roll(past + options.steps, config.roll.low, config.roll.high,
                                    config.roll.grid, config.roll.articulation, meters);
  if (options.prime) {
    std::copy(options.prime->cells.begin(), options.prime->cells.end(), roll.cells.begin());
  }
  return roll;
}

// Without the primer, from the bar line at or before `past` on.
Composed without_primer(Composed whole) {
  const int past = whole.new_from;
  const roll::Bars bars(whole.roll.meters, whole.roll.grid);
  const int line = std::max(0, static_cast<int>(std::ceil(bars.at(past).begin - roll::kSameStep)));
  // Notes held over begin at the new music's first step, not at the bar line.
  roll::Roll opening = listening::excerpt(whole.roll, past, whole.roll.steps - past);
  Composed part = std::move(whole);
  part.roll = listening::excerpt(part.roll, line, part.roll.steps - line);
  part.new_from = past - line;
  const auto silent =
      part.roll.cells.begin() + static_cast<std::ptrdiff_t>(part.new_from) * part.roll.notes();
  std::fill(part.roll.cells.begin(), silent, std::uint8_t{0});
  std::copy(opening.cells.begin(), opening.cells.end(), silent);
  return part;
}

}  // namespace

Meter parse_meter(std::string_view text) {
  Meter meter;
  const char* const end = text.data() + text.size();
  const auto [slash, first] = std::from_chars(text.data(), end, meter.numerator);
  bool valid = first == std::errc() && slash != end && *slash == '/';
  if (valid) {
    const auto [rest, second] = std::from_chars(slash + 1, end, meter.denominator);
    valid = second == std::errc() && rest == end;
  }
  valid = valid && meter.numerator >= 1 && meter.numerator <= 255 && meter.denominator >= 1 &&
          meter.denominator <= 64 && (meter.denominator & (meter.denominator - 1)) == 0;
  if (!valid) {
    fail_usage(
        "\"{}\" is no meter: expected two numbers such as 4/4, 3/4 or 7/8, the second a "
        "power of two up to 64",
        text);
  }
  return meter;
}

std::string to_string(const Meter& meter) {
  return fmt::format("{}/{}", meter.numerator, meter.denominator);
}

void check(const ComposeOptions& options) {
  const int past = options.prime ? options.prime->steps : 0;
  if (options.steps < 1 || options.steps > roll::kMostSteps - past) {
    fail_usage("steps: expected 1 to {}{}, found {}", roll::kMostSteps - past,
               past ? fmt::format(" (the primer has {})", past) : "", options.steps);
  }
  if (options.pieces < 1 || options.side_by_side < 1) {
    fail_usage("expected one piece or more, found {} pieces, {} side by side", options.pieces,
               options.side_by_side);
  }
  if (!(options.keep_prob > 0 && options.keep_prob <= 1)) {
    fail_usage("keep_prob: expected a number above 0 and up to 1, found {}", options.keep_prob);
  }
  if (!(options.temperature >= 0.01 && options.temperature <= 100)) {
    fail_usage("temperature: expected 0.01 to 100 (1 is the model's own), found {}",
               options.temperature);
  }
}

void compose(const network::Model& model, const ComposeOptions& options,
             const std::function<void(Composed&&)>& done, Progress& progress, const Stop& stop) {
  check(options);
  if (options.prime) listening::check_fits(model.config, *options.prime, options.prime_name);
  const roll::Roll start = blank(model.config, options);
  const int past = start.steps - options.steps;
  const int notes = start.notes();

  progress.begin(
      "composing",
      static_cast<std::uint64_t>(options.pieces) * static_cast<std::uint64_t>(options.steps),
      "steps");
  std::uint64_t composed = 0;
  for (int begun = 0; begun < options.pieces && !stop.requested();) {
    std::vector<std::uint64_t> numbers(
        static_cast<std::size_t>(std::min(options.side_by_side, options.pieces - begun)));
    std::iota(numbers.begin(), numbers.end(), options.first + static_cast<std::uint64_t>(begun));
    begun += static_cast<int>(numbers.size());

    Composer composer(model, numbers,
                      {.seed = options.seed,
                       .keep_prob = options.keep_prob,
                       .temperature = options.temperature,
                       .threads = options.threads,
                       .arithmetic = options.arithmetic,
                       .instruction_set = options.instruction_set});
    if (options.prime) composer.listen(*options.prime, options.prime_name);
    std::vector<roll::Roll> rolls(numbers.size(), start);
    for (int t = past; t < start.steps; ++t) {
      if (stop.requested()) break;
      const auto i = static_cast<std::size_t>(t);
      composer.step({start.bar_phase[i], start.beat_phase[i], t});
      for (std::size_t b = 0; b < rolls.size(); ++b) {
        std::copy_n(composer.frame(static_cast<int>(b)), notes, rolls[b].frame(t));
        if (options.heard) options.heard(numbers[b], t, rolls[b].frame(t));
      }
      composed += rolls.size();
      progress.update(composed);
    }
    if (stop.requested()) break;
    for (std::size_t b = 0; b < rolls.size(); ++b) {
      Composed piece{numbers[b], std::move(rolls[b]), past, composer.nats(static_cast<int>(b))};
      done(options.new_only ? without_primer(std::move(piece)) : std::move(piece));
    }
  }
  progress.end();
}

}  // namespace toccata::composing
