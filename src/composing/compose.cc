#include "composing/compose.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "composing/composer.h"
#include "composing/particles.h"
#include "composing/plan.h"
#include "listening/excerpt.h"
#include "music/bars.h"
#include "music/from_score.h"

namespace toccata::composing {
namespace {

// Without the primer, from the bar line at or before `past` on.
Composed without_primer(Composed whole) {
  const int past = whole.new_from;
  const music::Bars bars(whole.roll.meters, whole.roll.grid);
  const int line = std::max(0, static_cast<int>(std::ceil(bars.at(past).begin - music::kSameStep)));
  // Notes held over begin at the new music's first step, not at the bar line.
  music::Roll opening = listening::excerpt(whole.roll, past, whole.roll.steps - past);
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

std::vector<std::uint64_t> numbers_of(const ComposeOptions& options) {
  if (!options.only.empty()) return options.only;
  std::vector<std::uint64_t> numbers(static_cast<std::size_t>(options.pieces));
  std::iota(numbers.begin(), numbers.end(), options.first);
  return numbers;
}

void check(const ComposeOptions& options) {
  const int past = options.prime ? options.prime->steps : 0;
  if (options.steps < 1 || options.steps > music::kMostSteps - past) {
    fail_usage("steps: expected 1 to {}{}, found {}", music::kMostSteps - past,
               past ? fmt::format(" (the primer has {})", past) : "", options.steps);
  }
  if (options.pieces < 1 || options.side_by_side < 1) {
    fail_usage("expected one piece or more, found {} pieces, {} side by side", options.pieces,
               options.side_by_side);
  }
  if (!(options.keep_prob > 0 && options.keep_prob <= 1)) {
    fail_usage("keep_prob: expected a number above 0 and up to 1, found {}", options.keep_prob);
  }
  if (options.particles < 1 || options.particles > 4096) {
    fail_usage("particles: expected 1 to 4096, found {}", options.particles);
  }
  check(options.taste);
}

namespace {

// The pieces numbered `numbers`, side by side. False where stopped.
bool compose_some(const network::Model& model, const ComposeOptions& options, const Plan& plan,
                  const std::vector<std::uint64_t>& numbers, const Stop& stop,
                  const std::function<void()>& stepped, std::vector<Composed>& made,
                  std::vector<std::string>& lost) {
  const int notes = plan.piece.notes(), particles = options.particles;
  Composer composer(model, numbers,
                    {.seed = options.seed,
                     .particles = particles,
                     .keep_prob = options.keep_prob,
                     .taste = options.taste,
                     .retries = options.retries,
                     .threads = options.threads,
                     .arithmetic = options.arithmetic,
                     .instruction_set = options.instruction_set});
  if (plan.from > 0) {
    composer.listen(listening::excerpt(plan.piece, 0, plan.from), options.prime_name);
  }
  Ancestry ancestry(composer.lines(), notes);
  for (int t = plan.from; t < plan.piece.steps; ++t) {
    if (stop.requested()) return false;
    const auto i = static_cast<std::size_t>(t);
    const network::StepPlace place{plan.piece.bar_phase[i], plan.piece.beat_phase[i], t};
    if (!plan.limits.none() && plan.limits.given(t)) {
      composer.given_step(place, plan.piece.frame(t), plan.limits.sets(t));
    } else {
      composer.step(place, plan.limits.step(t));
    }
    ancestry.add(composer.frames(), composer.origins());
    for (int p = 0; particles == 1 && options.heard && p < composer.pieces(); ++p)
      options.heard(numbers[static_cast<std::size_t>(p)], t, composer.frame(p));
    stepped();
  }
  for (int p = 0; p < composer.pieces(); ++p) {
    const std::uint64_t number = numbers[static_cast<std::size_t>(p)];
    if (const std::optional<int> at = composer.lost_at(p)) {
      lost.push_back(
          fmt::format("piece {}: no way on within the limits from {} on{}", number,
                      music::bar_name(music::Bars(plan.piece.meters, plan.piece.grid), *at),
                      particles == 1 ? "; with --particles 64 one may be found" : ""));
      continue;
    }
    const int line = p * particles + composer.picked(p, options.pick);
    Composed piece{.number = number,
                   .roll = plan.piece,
                   .new_from = plan.from,
                   .steps = plan.piece.steps - plan.from,
                   .nats = composer.nats(line),
                   .log_evidence = composer.log_evidence(p)};
    const auto retries = options.retries.find(number);
    if (retries != options.retries.end()) piece.retries = retries->second;
    const std::vector<std::uint8_t> cells = ancestry.path(line);
    std::ranges::copy(cells, piece.roll.frame(0) + std::ptrdiff_t{plan.from} * notes);
    for (int t = plan.from; particles > 1 && options.heard && t < plan.piece.steps; ++t)
      options.heard(number, t, piece.roll.frame(t));
    made.push_back(options.new_only ? without_primer(std::move(piece)) : std::move(piece));
  }
  return true;
}

}  // namespace

void compose(const network::Model& model, const ComposeOptions& options,
             const std::function<void(Composed&&)>& done, Progress& progress, const Stop& stop) {
  const Plan plan = plan_of(model.config, options);
  const int at_once = std::max(1, options.side_by_side / options.particles);
  const auto steps = static_cast<std::uint64_t>(plan.piece.steps - plan.from);
  const std::vector<std::uint64_t> all = numbers_of(options);
  progress.begin("composing", all.size() * steps, "steps");
  std::uint64_t composed = 0;
  std::size_t found = 0;
  std::vector<std::string> lost;
  for (auto next = all.begin(); next != all.end() && !stop.requested();) {
    const auto end = next + std::min<std::ptrdiff_t>(at_once, all.end() - next);
    const std::vector<std::uint64_t> numbers(next, end);
    next = end;
    const auto stepped = [&] { progress.update(composed += numbers.size()); };
    std::vector<Composed> made;
    if (!compose_some(model, options, plan, numbers, stop, stepped, made, lost)) break;
    found += made.size();
    for (Composed& piece : made) done(std::move(piece));
  }
  progress.end();
  if (!lost.empty() && found == 0 && !stop.requested()) fail("{}", lost.front());
  for (const std::string& text : lost) progress.warning(text);
}

}  // namespace toccata::composing
