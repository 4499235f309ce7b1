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
  std::vector<float> logits, votes;      // (N, C)
  struct Offer {
    const std::uint8_t* frame;  // (N)
    std::array<double, music::Recollection::kTraits> traits;
  };
  std::vector<Offer> offers;
};
using Heard = std::vector<std::vector<Step>>;  // of each piece

Memory beginning(int channels) {
  Memory memory;
  const auto count = static_cast<std::size_t>(channels);
  memory.own.assign(count, {});
  Memory::Copyist exact, free;
  exact.trust[0] = free.trust[0] = -3;
  exact.trust[1] = free.trust[1] = 1;
  exact.copied.assign(count, {{{{-6, -6}, {4, 4}}}, 0});
  free.copied.assign(count, {{{{-1.5, -1.5}, {1.5, 1.5}}}, 1});
  memory.copyists = {exact, free};
  return memory;
}

/// A copyist whose slope is 0 repeats without regard to the network, and keeps it so.
std::vector<double*> numbers_to_fit(Memory& memory) {
  std::vector<double*> fixed, all;
  for (Memory::Copied& copied : memory.copyists.front().copied) fixed.push_back(&copied.slope);
  for_each_number(memory, [&](double& value) {
    if (std::ranges::find(fixed, &value) == fixed.end()) all.push_back(&value);
  });
  return all;
}

/// log p of a frame, and its derivatives if `gradient` is given. One voice after another: what
/// network/step/recall.cc does note by note.
class FrameScore {
 public:
  FrameScore(const network::Config& config) : cells_(config.cells()), notes_(config.notes()) {}

  double operator()(const Memory& memory, const Step& step, Memory* gradient) {
    const std::size_t copyists = memory.copyists.size();
    const std::size_t count = 1 + step.offers.size() * copyists;
    logs_.assign(count, 0);
    priors_.assign(count, 0);
    for (std::size_t e = 1; e < count; ++e)
      for (std::size_t k = 0; k < music::Recollection::kTraits; ++k)
        priors_[e] += memory.copyists[(e - 1) % copyists].trust[k] *
                      step.offers[(e - 1) / copyists].traits[k];
    const double all = log_sum(priors_);
    for (std::size_t e = 0; e < count; ++e)
      logs_[e] = priors_[e] - all + walk(memory, step, e, 0, nullptr);
    const double total = log_sum(logs_);
    for (std::size_t e = 0; gradient != nullptr && e < count; ++e) {
      const double share = plain::exp(logs_[e] - total);
      const double surplus = share - plain::exp(priors_[e] - all);
      for (std::size_t k = 0; e != 0 && k < music::Recollection::kTraits; ++k)
        gradient->copyists[(e - 1) % copyists].trust[k] +=
            surplus * step.offers[(e - 1) / copyists].traits[k];
      if (share > 1e-6) walk(memory, step, e, share, gradient);
    }
    return total;
  }

 private:
  static double log_sum(const std::vector<double>& logs) {
    const double most = *std::ranges::max_element(logs);
    double sum = 0;
    for (const double one : logs) sum += plain::exp(one - most);
    return most + plain::log(sum);
  }

  /// log p of the step by voice e alone; adds `share` times its derivatives.
  double walk(const Memory& memory, const Step& step, std::size_t e, double share,
              Memory* gradient) const {
    const std::size_t copyists = memory.copyists.size(), which = e == 0 ? 0 : (e - 1) % copyists;
    const std::uint8_t* frame = e == 0 ? nullptr : step.offers[(e - 1) / copyists].frame;
    double log = 0, product = 1;
    for (int n = 0; n < notes_; ++n)
      cells_.for_each_choice(step.previous[n], step.truth[n], [&](int k, bool bit) {
        const auto c = static_cast<std::size_t>(k),
                   at = static_cast<std::size_t>(n * cells_.count() + k);
        const music::Channel& channel = cells_.begin()[k];
        const std::size_t before = channel.is_set(step.previous[n]) ? 1 : 0;
        const std::size_t there = e != 0 && channel.is_set(frame[n]) ? 1 : 0;
        const double logit = double{step.logits[at]}, vote = double{step.votes[at]};
        double x = 0;
        if (e == 0) {
          const Memory::Own& own = memory.own[c];
          x = own.slope * logit + own.offset[before] + own.vote * vote;
        } else {
          const Memory::Copied& copied = memory.copyists[which].copied[c];
          x = copied.slope * logit + copied.offset[there][before];
        }
        const double away = bit ? -x : x;  // p = 1 / (1 + e^away)
        const double small = plain::exp(away > 0 ? -away : away), large = 1 / (1 + small);
        product *= away > 0 ? small * large : large;
        if (product < 1e-200) {
          log += plain::log(std::max(product, 1e-300));
          product = 1;
        }
        if (gradient == nullptr) return;
        const double slope = share * (away > 0 ? large : small * large) * (bit ? 1 : -1);
        if (e == 0) {
          Memory::Own& own = gradient->own[c];
          own.slope += slope * logit;
          own.offset[before] += slope;
          own.vote += slope * vote;
        } else {
          Memory::Copied& copied = gradient->copyists[which].copied[c];
          copied.slope += slope * logit;
          copied.offset[there][before] += slope;
        }
      });
    return log + plain::log(product);
  }

  music::Cells cells_;
  int notes_;
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
    const std::vector<double*> into = numbers_to_fit(*gradient);
    for (Memory& one : gradients) {
      const std::vector<double*> from = numbers_to_fit(one);
      for (std::size_t k = 0; k < into.size(); ++k) *into[k] += *from[k];
    }
  }
  return total;
}

Memory fit(const network::Config& config, const Heard& heard, std::span<const std::size_t> pieces,
           int threads, Progress& progress, const Stop& stop) {
  Memory memory = beginning(config.channels()), first = memory, gradient;
  const std::vector<double*> numbers = numbers_to_fit(memory), begun = numbers_to_fit(first);
  std::vector<double> steps(numbers.size(), kFirstStep), last(numbers.size());
  progress.begin("fitting the memory", kUpdates, "updates");
  for (int update = 0; update < kUpdates; ++update) {
    if (stop.requested()) fail("interrupted: nothing is written");
    log_likelihood(config, memory, heard, pieces, threads, &gradient);
    const std::vector<double*> slopes = numbers_to_fit(gradient);
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
                     int threads, Progress& progress, const Stop& stop) {
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
                  .votes = {matcher.votes().begin(), matcher.votes().end()},
                  .offers = {}};
        for (const music::Recollection& offer : matcher.offered())
          step.offers.push_back(
              {offer.lag > frame.step ? silence.data() : roll.frame(frame.step - offer.lag),
               offer.traits});
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
  MemoryFit result{.memory = fit(config, heard, all, threads, progress, stop),
                   .without = -nats / frames};
  const auto score = [&](const Memory& memory, std::span<const std::size_t> which) {
    return log_likelihood(config, memory, heard, which, threads, nullptr) / frames;
  };
  result.with = score(result.memory, all);
  for (const int half : {0, 1})
    result.unseen +=
        score(fit(config, heard, halves[1 - half], threads, progress, stop), halves[half]);
  return result;
}

}  // namespace toccata::listening
