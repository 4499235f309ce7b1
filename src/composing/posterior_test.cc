// Conditioning held against the truth: models so small that every piece can be written down.

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <functional>
#include <map>

#include "composing/compose.h"
#include "composing/composer.h"
#include "composing/limits.h"
#include "composing/manner.h"
#include "listening/likelihood.h"
#include "listening/tiny_model.h"
#include "network/model/test_memory.h"

namespace toccata::composing {
namespace {

constexpr int kNotes = 4, kSteps = 4;
using Marginals = std::vector<double>;  // (kNotes): chance that a note plays at the first step

// Every piece of `kSteps` steps and what it costs under a play-only model: bit t * N + n of its
// number is the cell.
std::vector<double> chances_of_all_pieces(const network::Model& model) {
  std::vector<corpus::Piece> pieces(1 << (kNotes * kSteps));
  std::vector<const corpus::Piece*> named;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    pieces[i].roll = music::make_roll(kSteps, 60, 60 + kNotes - 1, 4, false);
    for (std::size_t c = 0; c < kNotes * kSteps; ++c) pieces[i].roll.cells[c] = i >> c & 1;
    named.push_back(&pieces[i]);
  }
  Progress quiet;
  const Stop never;
  std::vector<double> chances;
  for (const listening::PieceLikelihood& piece :
       listening::likelihood(model, named, {.sequences = 512, .threads = 1}, quiet, never).pieces) {
    chances.push_back(std::exp(-piece.nats));
  }
  return chances;
}

struct Truth {
  double evidence = 0;                  // chance of what is given
  Marginals first = Marginals(kNotes);  // of the first step, given it
};

Truth truth_where(const std::vector<double>& chances,
                  const std::function<bool(std::size_t)>& given) {
  Truth truth;
  for (std::size_t i = 0; i < chances.size(); ++i) {
    if (!given(i)) continue;
    truth.evidence += chances[i];
    for (std::size_t n = 0; n < kNotes; ++n) truth.first[n] += (i >> n & 1) ? chances[i] : 0;
  }
  for (double& marginal : truth.first) marginal /= truth.evidence;
  return truth;
}

// The last step is given, cells from the lowest note up.
std::vector<CellSet> last_step_given(std::size_t cells) {
  std::vector<CellSet> sets;
  for (std::size_t n = 0; n < kNotes; ++n) sets.push_back(cells >> n & 1 ? kPlays : kSilent);
  return sets;
}

struct Outcomes {
  std::vector<Marginals> first;  // of each piece, as its particles have it
  std::vector<double> evidence;
};

using LimitsOfStep = std::function<StepLimits(int step)>;

// `pieces` pieces of `particles` each.
Outcomes compose_all(const network::Model& model, int pieces, int particles,
                     const LimitsOfStep& limits_of, std::uint64_t seed,
                     const SamplingOptions& sampling = {}) {
  Outcomes made;
  for (int begun = 0; begun < pieces; begun += 100) {
    std::vector<NumberedPiece> numbers;
    for (int p = begun; p < std::min(pieces, begun + 100); ++p)
      numbers.push_back({static_cast<std::uint64_t>(p)});
    Composer composer(model, numbers, {.seed = seed, .sampling = sampling, .particles = particles},
                      {.threads = 1, .precision = network::Precision::f32});
    const music::Roll blank = music::make_roll(kSteps, 60, 63, 4, false);
    // The first frame of each line, carried along as the particles are resampled.
    std::vector<std::vector<std::uint8_t>> first;
    for (int t = 0; t < kSteps; ++t) {
      const auto i = static_cast<std::size_t>(t);
      composer.step({blank.bar_phase[i], blank.beat_phase[i], t}, limits_of(t));
      std::vector<std::vector<std::uint8_t>> now;
      for (int b = 0; b < composer.lines(); ++b) {
        const std::uint8_t* frame = composer.frames() + b * kNotes;
        now.push_back(
            t == 0
                ? std::vector<std::uint8_t>(frame, frame + kNotes)
                : first[static_cast<std::size_t>(composer.origins()[static_cast<std::size_t>(b)])]);
      }
      first = std::move(now);
    }
    for (int p = 0; p < composer.pieces(); ++p) {
      const int line = p * particles + composer.picked(p, Pick::drawn);
      Marginals marginals;
      for (const std::uint8_t cell : first[static_cast<std::size_t>(line)])
        marginals.push_back(cell ? 1 : 0);
      made.first.push_back(marginals);
      made.evidence.push_back(std::exp(composer.log_evidence(p)));
    }
  }
  return made;
}

// The last step within `last`.
Outcomes compose_all(const network::Model& model, int pieces, int particles,
                     std::span<const CellSet> last, std::uint64_t seed,
                     const SamplingOptions& sampling = {}) {
  const auto limits_of = [&](int t) {
    return t == kSteps - 1 ? StepLimits{.allowed = last} : StepLimits{};
  };
  return compose_all(model, pieces, particles, limits_of, seed, sampling);
}

struct Mean {
  double mean = 0, error = 0;  // standard error
};

template <typename Value>
Mean mean_of(std::size_t count, const Value& value) {
  double sum = 0, squares = 0;
  for (std::size_t i = 0; i < count; ++i) {
    sum += value(i);
    squares += value(i) * value(i);
  }
  const auto size = static_cast<double>(count);
  const double mean = sum / size;
  return {mean, std::sqrt(std::max(squares / size - mean * mean, 1.0 / size / size) / size)};
}

// A last step for which the truth is far from what masking gives: where the first step matters.
struct Case {
  network::Model model;
  std::size_t last = 0;
  Truth truth;
  double masked = 0;  // how far masking's marginals (the unconditional ones) are from the truth
};

Case find_telling_case() {
  Case best;
  best.model = listening::tiny_model(kNotes, false, 6);
  const std::vector<double> chances = chances_of_all_pieces(best.model);
  const Truth anything = truth_where(chances, [](std::size_t) { return true; });
  EXPECT_NEAR(anything.evidence, 1, 1e-4);
  for (std::size_t last = 0; last < 16; ++last) {
    const Truth truth = truth_where(chances, [&](std::size_t i) { return i >> 12 == last; });
    double most = 0;
    for (std::size_t n = 0; n < kNotes; ++n)
      most = std::max(most, std::abs(truth.first[n] - anything.first[n]));
    if (most > best.masked && truth.evidence > 0.01) {
      best.last = last;
      best.truth = truth;
      best.masked = most;
    }
  }
  return best;
}

const Case& telling_case() {
  static const Case found = find_telling_case();
  return found;
}

TEST(Posterior, WithTheLastStepGivenTheFirstIsAsTheEnumerationHasIt) {
  const Case& telling = telling_case();
  ASSERT_GT(telling.masked, 0.2);
  constexpr std::size_t kPieces = 1500, kMasked = 20000;
  const std::vector<CellSet> last = last_step_given(telling.last);
  const Outcomes smc = compose_all(telling.model, kPieces, 64, last, 21);
  const Outcomes masking = compose_all(telling.model, kMasked, 1, last, 21);
  double farthest = 0;
  for (std::size_t n = 0; n < kNotes; ++n) {
    const Mean found = mean_of(kPieces, [&](std::size_t i) { return smc.first[i][n]; });
    EXPECT_NEAR(found.mean, telling.truth.first[n], 3 * found.error) << "note " << n;
    const Mean masked = mean_of(kMasked, [&](std::size_t i) { return masking.first[i][n]; });
    farthest = std::max(farthest, std::abs(masked.mean - telling.truth.first[n]) / masked.error);
  }
  EXPECT_GT(farthest, 20);  // masking is somewhere else
}

TEST(Posterior, TheEvidenceIsTheChanceOfWhatIsGivenWhateverTheParticles) {
  const Case& telling = telling_case();
  const std::vector<CellSet> last = last_step_given(telling.last);
  for (const int particles : {1, 8, 64}) {
    const std::size_t pieces = particles == 1 ? 6000 : particles == 8 ? 800 : 200;
    const Outcomes made = compose_all(telling.model, static_cast<int>(pieces), particles, last, 4);
    const Mean found = mean_of(pieces, [&](std::size_t i) { return made.evidence[i]; });
    EXPECT_NEAR(found.mean, telling.truth.evidence, 4 * found.error) << particles;
    EXPECT_LT(found.error, 0.2 * telling.truth.evidence) << particles;
  }
}

// Whatever the outlook guesses, the weights put it right: rules of whole steps, in each step.
void expect_rules_of_steps_conditioned_on(const network::Model& model) {
  const std::vector<double> chances = chances_of_all_pieces(model);
  // At least two notes; the lowest is C or C#; in the last step D# sounds.
  const auto obeys = [](std::size_t piece) {
    for (int t = 0; t < kSteps; ++t) {
      const std::size_t frame = piece >> (t * kNotes) & 15;
      if (std::popcount(frame) < 2 || std::popcount(frame) > 3) return false;
      if (t % 2 == 0 && !(frame & 1)) return false;
      if (t == kSteps - 1 && !(frame & 8)) return false;
    }
    return true;
  };
  const LimitsOfStep limits_of = [](int t) {
    StepLimits limits{.rule = {.most = 3, .fewest = 2, .needed = 0, .bass = t % 2 == 0 ? 0 : -1}};
    if (t == kSteps - 1) limits.rule.needed = 1 << 3;
    return limits;
  };
  const Truth truth = truth_where(chances, obeys);
  ASSERT_GT(truth.evidence, 1e-4);
  ASSERT_LT(truth.evidence, 0.2);
  for (const int particles : {1, 32}) {
    const std::size_t pieces = particles == 1 ? 6000 : 1000;
    const Outcomes made = compose_all(model, static_cast<int>(pieces), particles, limits_of, 5);
    const Mean found = mean_of(pieces, [&](std::size_t i) { return made.evidence[i]; });
    EXPECT_NEAR(found.mean, truth.evidence, 4 * found.error) << particles;
    EXPECT_LT(found.error, 0.1 * truth.evidence) << particles;
    for (std::size_t n = 0; particles > 1 && n < kNotes; ++n) {
      const Mean first = mean_of(pieces, [&](std::size_t i) { return made.first[i][n]; });
      EXPECT_NEAR(first.mean, truth.first[n], 3.5 * first.error + 0.01) << "note " << n;
    }
  }
}

TEST(Posterior, WithRulesOfStepsTheEvidenceAndTheFirstStepAreAsTheEnumerationHasThem) {
  expect_rules_of_steps_conditioned_on(listening::tiny_model(kNotes, false, 6));
}

TEST(Posterior, WithAMemoryOfThePieceToo) {
  network::Model model = listening::tiny_model(kNotes, false, 6);
  model.config.memory = network::test_memory(model.config.channels());
  expect_rules_of_steps_conditioned_on(model);
}

TEST(Posterior, MoreParticlesComeNearer) {
  const Case& telling = telling_case();
  const std::vector<CellSet> last = last_step_given(telling.last);
  const auto distance = [&](int particles) {
    const Outcomes made = compose_all(telling.model, 1500, particles, last, 9);
    double worst = 0;
    for (std::size_t n = 0; n < kNotes; ++n) {
      const Mean found = mean_of(1500, [&](std::size_t i) { return made.first[i][n]; });
      worst = std::max(worst, std::abs(found.mean - telling.truth.first[n]));
    }
    return worst;
  };
  EXPECT_LT(distance(32), distance(1) / 2);
}

// With articulation, a rule for a whole step and sampling options at once: three kinds of cell, two
// steps.
TEST(Posterior, RulesOfAStepAndSamplingOptionsTooAreConditionedOnExactly) {
  network::Model model = listening::tiny_model(3, true, 3);
  const SamplingOptions bent{
      .temperature = 1.4, .articulate_temperature = 0.7, .density = 1.5, .conservativity = {1.2}};
  // With few notes the register is hardly known; the voices are.
  constexpr const char* kManner = "pitches 60-62, register 62-62, voices 1-1.05";
  const std::vector<CellSet> any(3, kAnyCell);
  const StepLimits limits{.allowed = any, .rule = {.most = 2, .fewest = 2}};
  const music::Roll blank = music::make_roll(2, 60, 62, 4, true);
  const auto compose_two = [&](int particles, std::uint64_t first, int pieces,
                               const StepLimits& second) {
    std::vector<NumberedPiece> numbers;
    for (int p = 0; p < pieces; ++p) numbers.push_back({first + static_cast<std::uint64_t>(p)});
    Composer composer(model, numbers,
                      {.seed = 8, .sampling = bent, .manner = kManner, .particles = particles},
                      {.threads = 1, .precision = network::Precision::f32});
    std::vector<std::string> made;
    composer.step({blank.bar_phase[0], blank.beat_phase[0], 0});
    const std::string before(composer.frames(), composer.frames() + composer.lines() * 3);
    composer.step({blank.bar_phase[1], blank.beat_phase[1], 1}, second);
    for (int p = 0; p < pieces; ++p) {
      const auto line = static_cast<std::size_t>(p * particles + composer.picked(p, Pick::drawn));
      const auto origin = static_cast<std::size_t>(composer.origins()[line]);
      const auto* now = composer.frames() + line * 3;
      made.push_back(before.substr(origin * 3, 3) + std::string(now, now + 3));
    }
    return made;
  };
  // The truth by rejection: plain pieces of the bent model that happen to obey, by their potential.
  const Manner manner = parse_manner(kManner);
  const auto potential_of = [&](const std::string& piece) {
    const std::string silent(3, '\0');
    const auto frame = [](const std::string& cells, std::size_t at) {
      return reinterpret_cast<const std::uint8_t*>(cells.data()) + at;
    };
    Steering steering;
    steering.begin(&manner, 60, 3);
    steering.remember(frame(silent, 0), frame(piece, 0), true);
    steering.prepare(true, 2);
    return std::exp(steering.log_potential(frame(piece, 0), frame(piece, 3), true));
  };
  std::map<std::string, double> wanted, found;
  double obeyed = 0, least = 1;
  for (int begun = 0; begun < 30000; begun += 2000) {
    for (const std::string& piece :
         compose_two(1, 1000000 + static_cast<std::uint64_t>(begun), 2000, {.allowed = any})) {
      if ((piece[3] != 0) + (piece[4] != 0) + (piece[5] != 0) != 2) continue;
      const double potential = potential_of(piece);
      least = std::min(least, potential);
      wanted[piece] += potential;
      obeyed += potential;
    }
  }
  ASSERT_GT(obeyed, 500);
  ASSERT_LT(least, 0.1);  // it matters
  constexpr int kPieces = 3000;
  for (int begun = 0; begun < kPieces; begun += 100) {
    for (const std::string& piece : compose_two(64, static_cast<std::uint64_t>(begun), 100, limits))
      ++found[piece];
  }
  for (const auto& [piece, count] : wanted) {
    const double chance = count / obeyed;
    const double error = std::sqrt(chance * (1 / obeyed + 1.0 / kPieces)) + 1.0 / kPieces;
    EXPECT_NEAR(found[piece] / kPieces, chance, 4.5 * error)
        << testing::PrintToString(std::vector<int>(piece.begin(), piece.end()));
  }
}

}  // namespace
}  // namespace toccata::composing
