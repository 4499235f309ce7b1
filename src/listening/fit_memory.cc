#include "listening/fit_memory.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/error.h"
#include "base/parallel.h"
#include "base/plain_math.h"
#include "listening/teacher_forcing.h"

namespace toccata::listening {
namespace {

using network::Memory;

constexpr int kUpdates = 40;
constexpr double kFirstStep = 0.1, kMostStep = 0.3, kLeastStep = 1e-4;
constexpr double kPull = 0.5;  // nats per unit of distance: half its square is taken off

/// What a step's mixture is made of.
struct Step {
  const std::uint8_t *previous, *truth;  // (N)
  std::vector<float> logits;             // (N, C)
  std::vector<music::Recollection> offers;
};
using Heard = std::vector<std::vector<Step>>;  // of each piece

// Traits of an offer that repeats the last frame and strikes nothing, and of a silent one
// (music/matcher.cc).
constexpr std::size_t kHeld = 4, kSilent = 8;
constexpr double kNever = -50;  // the logarithm of a weight

Memory beginning(int channels, Remembered remembered) {
  Memory memory;
  const auto count = static_cast<std::size_t>(channels);
  memory.own.assign(count, {});
  Memory::Copyist exact, free;
  exact.trust[0] = free.trust[0] = -3;
  exact.trust[1] = free.trust[1] = 1;
  if (remembered == Remembered::onsets)
    for (const std::size_t trait : {kHeld, kSilent})
      exact.trust[trait] = free.trust[trait] = kNever;
  exact.copied.assign(count, {{{{-6, -6}, {4, 4}}}, 0});
  free.copied.assign(count, {{{{-1.5, -1.5}, {1.5, 1.5}}}, 1});
  memory.copyists = {exact, free};
  return memory;
}

/// A copyist whose slope is 0 repeats without regard to the network, and keeps it so; what is never
/// repeated stays so.
std::vector<double*> numbers_to_fit(Memory& memory, Remembered remembered) {
  std::vector<double*> fixed, all;
  if (remembered == Remembered::onsets)
    for (Memory::Copyist& copyist : memory.copyists)
      for (const std::size_t trait : {kHeld, kSilent}) fixed.push_back(&copyist.trust[trait]);
  for (Memory::Copied& copied : memory.copyists.front().copied) fixed.push_back(&copied.slope);
  for_each_number(memory, [&](double& value) {
    if (std::ranges::find(fixed, &value) == fixed.end()) all.push_back(&value);
  });
  return all;
}

/// log p of a frame, and its derivatives if `gradient` is given. One part of the mixture after
/// another: what network/step/recall.cc does note by note.
class FrameScore {
 public:
  FrameScore(const network::Config& config) : cells_(config.cells()), notes_(config.notes()) {}

  double operator()(const Memory& memory, const Step& step, Memory* gradient) {
    const std::size_t copyists = memory.copyists.size();
    const std::size_t parts = 1 + step.offers.size() * copyists;
    weigh(memory, step);
    priors_.assign(parts, 0);
    logs_.assign(parts, 0);
    for (const Choice& choice : choices_) {
      logs_[0] += choice.said[0].log;
      for (std::size_t e = 1; e < parts; ++e)
        logs_[e] += choice.said[saying(step, e, copyists, choice)].log;
    }
    for (std::size_t e = 1; e < parts; ++e)
      for (std::size_t k = 0; k < music::Recollection::kTraits; ++k)
        priors_[e] += memory.copyists[(e - 1) % copyists].trust[k] *
                      step.offers[(e - 1) / copyists].traits[k];
    const double all = log_sum(priors_);
    for (std::size_t e = 0; e < parts; ++e) logs_[e] += priors_[e] - all;
    const double total = log_sum(logs_);
    if (gradient == nullptr) return total;

    for (std::size_t e = 0; e < parts; ++e)
      logs_[e] = plain::exp(logs_[e] - total);  // their shares
    for (std::size_t e = 1; e < parts; ++e)
      for (std::size_t k = 0; k < music::Recollection::kTraits; ++k)
        gradient->copyists[(e - 1) % copyists].trust[k] +=
            (logs_[e] - plain::exp(priors_[e] - all)) * step.offers[(e - 1) / copyists].traits[k];
    for (const Choice& choice : choices_) {
      std::array<double, kSayings> shares{};
      for (std::size_t e = 0; e < parts; ++e) shares[saying(step, e, copyists, choice)] += logs_[e];
      const auto slope = [&](std::size_t which) {
        return shares[which] * (choice.bit ? 1 : -1) * choice.said[which].wrong;
      };
      const auto c = static_cast<std::size_t>(choice.channel);
      Memory::Own& own = gradient->own[c];
      own.slope += slope(0) * choice.logit;
      own.offset[choice.before] += slope(0);
      for (std::size_t i = 0; i < copyists; ++i)
        for (const std::size_t there : {0U, 1U}) {
          Memory::Copied& copied = gradient->copyists[i].copied[c];
          copied.slope += slope(1 + 2 * i + there) * choice.logit;
          copied.offset[there][choice.before] += slope(1 + 2 * i + there);
        }
    }
    return total;
  }

 private:
  /// By the network, and by each copyist of a bit that is not set, or set, in the offer.
  static constexpr std::size_t kSayings = 1 + 2 * Memory::kMostCopyists;
  struct Said {
    double log, wrong;  // log p(bit) and 1 - p(bit)
  };
  struct Choice {
    int channel, n;
    bool bit;
    std::size_t before;
    double logit;
    std::array<Said, kSayings> said;
  };

  static Said said(double logit, bool bit) {
    const double away = bit ? -logit : logit;  // p = 1 / (1 + e^away)
    const double small = plain::exp(away > 0 ? -away : away), large = 1 / (1 + small);
    return {plain::log(large) - std::max(away, 0.0), away > 0 ? large : small * large};
  }

  static std::size_t saying(const Step& step, std::size_t e, std::size_t copyists,
                            const Choice& choice) {
    if (e == 0) return 0;
    return 1 + 2 * ((e - 1) % copyists) +
           step.offers[(e - 1) / copyists].frame.is_set(choice.channel, choice.n);
  }

  void weigh(const Memory& memory, const Step& step) {
    choices_.clear();
    for (int n = 0; n < notes_; ++n)
      cells_.for_each_choice(step.previous[n], step.truth[n], [&](int k, bool bit) {
        const auto c = static_cast<std::size_t>(k);
        Choice choice{k,
                      n,
                      bit,
                      cells_.begin()[k].is_set(step.previous[n]) ? 1U : 0U,
                      double{step.logits[static_cast<std::size_t>(n * cells_.count() + k)]},
                      {}};
        const Memory::Own& own = memory.own[c];
        Said* to = choice.said.data();
        *to++ = said(own.slope * choice.logit + own.offset[choice.before], bit);
        if (!step.offers.empty())
          for (const Memory::Copyist& copyist : memory.copyists)
            for (const auto& offset : copyist.copied[c].offset)
              *to++ = said(copyist.copied[c].slope * choice.logit + offset[choice.before], bit);
        choices_.push_back(choice);
      });
  }

  static double log_sum(const std::vector<double>& logs) {
    const double most = *std::ranges::max_element(logs);
    double sum = 0;
    for (const double one : logs) sum += plain::exp(one - most);
    return most + plain::log(sum);
  }

  music::Cells cells_;
  int notes_;
  std::vector<Choice> choices_;
  std::vector<double> logs_, priors_;
};

/// Sum over the pieces named, in their order whatever the threads.
double log_likelihood(const network::Config& config, const Memory& memory, const Heard& heard,
                      std::span<const std::size_t> pieces, int threads, Memory* gradient) {
  Memory zero = memory;
  for_each_number(zero, [](double& value) { value = 0; });
  std::vector<Memory> gradients(gradient == nullptr ? 0 : pieces.size(), zero);
  std::vector<double> sums(pieces.size());
  parallel_for(pieces.size(), threads, [&](std::size_t i) {
    FrameScore score(config);
    for (const Step& step : heard[pieces[i]])
      sums[i] += score(memory, step, gradient == nullptr ? nullptr : &gradients[i]);
  });
  double total = 0;
  for (const double sum : sums) total += sum;
  if (gradient != nullptr) {
    *gradient = zero;
    const std::vector<double*> into = numbers_to_fit(*gradient, Remembered::all);
    for (Memory& one : gradients) {
      const std::vector<double*> from = numbers_to_fit(one, Remembered::all);
      for (std::size_t k = 0; k < into.size(); ++k) *into[k] += *from[k];
    }
  }
  return total;
}

Memory fit(const network::Config& config, const Heard& heard, std::span<const std::size_t> pieces,
           Remembered remembered, int threads, Progress& progress, const Stop& stop) {
  Memory memory = beginning(config.channels(), remembered), first = memory, gradient;
  const std::vector<double*> numbers = numbers_to_fit(memory, remembered),
                             begun = numbers_to_fit(first, remembered);
  std::vector<double> steps(numbers.size(), kFirstStep), last(numbers.size());
  progress.begin("fitting the memory", kUpdates, "updates");
  for (int update = 0; update < kUpdates; ++update) {
    if (stop.requested()) fail("interrupted: nothing is written");
    log_likelihood(config, memory, heard, pieces, threads, &gradient);
    const std::vector<double*> slopes = numbers_to_fit(gradient, remembered);
    for (std::size_t k = 0; k < numbers.size(); ++k) {
      double slope = *slopes[k] - kPull * (*numbers[k] - *begun[k]);
      if (slope * last[k] > 0) {
        steps[k] = std::min(steps[k] * 1.2, kMostStep);
      } else if (slope * last[k] < 0) {
        steps[k] = std::max(steps[k] * 0.5, kLeastStep);
        slope = 0;
      }
      if (slope != 0) *numbers[k] += slope > 0 ? steps[k] : -steps[k];
      last[k] = slope;
    }
    progress.update(static_cast<std::uint64_t>(update) + 1);
  }
  progress.end();
  for_each_number(memory, [](double& value) { value = std::round(value * 1e4) / 1e4; });
  return memory;
}

}  // namespace

MemoryFit fit_memory(const network::Model& model, std::span<const corpus::Piece* const> pieces,
                     Remembered remembered, int threads, Progress& progress, const Stop& stop) {
  if (pieces.size() < 2)
    fail(
        "a memory is fitted on half of the pieces and judged on the other: expected two or more, "
        "found {}",
        pieces.size());
  network::Model network = model;
  network.config.memory = {};
  const network::Config& config = network.config;
  const music::Cells cells = config.cells();
  const int notes = config.notes();
  const auto size = static_cast<std::size_t>(notes * cells.count());
  const std::vector<std::uint8_t> silence(static_cast<std::size_t>(notes));

  std::vector<Chunk> chunks;
  for (const corpus::Piece* piece : pieces) {
    check_fits(config, piece->roll, piece->name);
    chunks.push_back({&piece->roll, 0, piece->roll.steps});
  }
  Heard heard(pieces.size());
  std::vector<music::Matcher> matchers(pieces.size(), music::Matcher(cells, notes));
  double nats = 0, frames = 0;
  teacher_force(
      network, chunks, {.threads = threads},
      [&](const ForcedFrame& frame) {
        const music::Roll& roll = pieces[frame.chunk]->roll;
        music::Matcher& matcher = matchers[frame.chunk];
        matcher.remember(frame.previous);
        Step step{.previous = frame.step == 0 ? silence.data() : roll.frame(frame.step - 1),
                  .truth = roll.frame(frame.step),
                  .logits = {frame.logits, frame.logits + size},
                  .offers = {matcher.offered().begin(), matcher.offered().end()}};
        nats += cells.nats(frame.previous, frame.truth, frame.logits, notes);
        frames += 1;
        heard[frame.chunk].push_back(std::move(step));
      },
      progress, stop);

  std::vector<std::size_t> all, halves[2];
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    all.push_back(i);
    halves[i % 2].push_back(i);
  }
  MemoryFit result{.memory = fit(config, heard, all, remembered, threads, progress, stop),
                   .without = -nats / frames};
  const auto score = [&](const Memory& memory, std::span<const std::size_t> which) {
    return log_likelihood(config, memory, heard, which, threads, nullptr) / frames;
  };
  result.with = score(result.memory, all);
  for (const int half : {0, 1})
    result.unseen += score(
        fit(config, heard, halves[1 - half], remembered, threads, progress, stop), halves[half]);
  return result;
}

}  // namespace toccata::listening
