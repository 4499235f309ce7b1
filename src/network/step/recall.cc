#include "network/step/recall.h"

#include <algorithm>

#include "base/plain_math.h"

namespace toccata::network::stepping {

Recall::Recall(const Config& config, std::size_t sequences, std::size_t rows)
    : config_(config), cells_(config.cells()) {
  if (!config.memory) return;
  matchers_.assign(sequences, music::Matcher(cells_, config.notes()));
  weights_.resize(sequences);
  rows_.resize(rows);
}

void Recall::clear(int b) {
  if (config_.memory) matchers_[static_cast<std::size_t>(b)].clear();
}

void Recall::remember(int b, const std::uint8_t* frame) {
  if (config_.memory) matchers_[static_cast<std::size_t>(b)].remember(frame);
}

void Recall::take_over(const Recall& other, int from, int to) {
  if (!config_.memory) return;
  matchers_[static_cast<std::size_t>(to)] = other.matchers_[static_cast<std::size_t>(from)];
}

void Recall::begin(int versions) {
  if (!config_.memory) return;
  versions_ = versions;
  for (std::size_t b = 0; b < matchers_.size(); ++b) {
    // The network first, then each offer by each copyist.
    std::vector<double>& weights = weights_[b];
    weights.assign(1, 0);
    double most = 0, sum = 0;
    for (const music::Recollection& offer : matchers_[b].offered())
      for (const Memory::Copyist& copyist : config_.memory.copyists) {
        double trust = 0;
        for (std::size_t k = 0; k < offer.traits.size(); ++k)
          trust += copyist.trust[k] * offer.traits[k];
        weights.push_back(trust);
        most = std::max(most, trust);
      }
    for (double& weight : weights) sum += weight = plain::exp(weight - most);
    for (int v = 0; v < versions; ++v) {
      std::vector<Voice>& row =
          rows_[b * static_cast<std::size_t>(versions) + static_cast<std::size_t>(v)];
      row.assign(weights.size(), {});
      for (std::size_t k = 0; k < weights.size(); ++k) row[k].weight = weights[k] / sum;
    }
  }
}

void Recall::copy_rows(std::size_t from, std::size_t to, std::size_t count) {
  if (!config_.memory) return;
  std::copy_n(rows_.begin() + static_cast<std::ptrdiff_t>(from), count,
              rows_.begin() + static_cast<std::ptrdiff_t>(to));
}

void Recall::hear(std::vector<Voice>& row, std::uint8_t previous, std::uint8_t cell) const {
  double sum = 0;
  for (Voice& voice : row) {
    cells_.for_each_choice(
        previous, cell, [&](int k, bool bit) { voice.weight *= bit ? voice.yes[k] : voice.no[k]; });
    sum += voice.weight;
  }
  // Below this all said it could not be; then they go on with equal say.
  constexpr double kLeast = 1e-290;
  for (Voice& voice : row)
    voice.weight = sum > kLeast ? voice.weight / sum : 1 / static_cast<double>(row.size());
}

void Recall::mix(std::size_t row, int n, const std::uint8_t* below, float* logits) {
  if (!config_.memory) return;
  const std::size_t b = row / static_cast<std::size_t>(versions_);
  const music::Matcher& matcher = matchers_[b];
  const std::uint8_t* previous = matcher.frame(1);
  std::vector<Voice>& voices = rows_[row];
  if (below != nullptr) hear(voices, previous[n - 1], *below);

  const auto offered = matcher.offered();
  const std::size_t copyists = config_.memory.copyists.size();
  const int channels = cells_.count();
  for (int k = 0; k < channels; ++k) {
    const auto c = static_cast<std::size_t>(k);
    const music::Channel& channel = cells_.begin()[k];
    const std::size_t before = channel.is_set(previous[n]) ? 1 : 0;
    const double logit = double{logits[k]};
    double yes = 0, no = 0;
    for (std::size_t e = 0; e < voices.size(); ++e) {
      double x = 0;
      if (e == 0) {
        const Memory::Own& own = config_.memory.own[c];
        const auto vote = static_cast<std::size_t>(n) * static_cast<std::size_t>(channels) + c;
        x = own.slope * logit + own.offset[before] + own.vote * double{matcher.votes()[vote]};
      } else {
        const Memory::Copied& copied = config_.memory.copyists[(e - 1) % copyists].copied[c];
        const std::uint8_t there = matcher.frame(offered[(e - 1) / copyists].lag)[n];
        x = copied.slope * logit + copied.offset[channel.is_set(there) ? 1 : 0][before];
      }
      Voice& voice = voices[e];
      const double small = plain::exp(x > 0 ? -x : x), large = 1 / (1 + small);
      voice.yes[k] = x > 0 ? large : small * large;
      voice.no[k] = x > 0 ? small * large : large;
      // A further channel is asked only where those above it said yes (music/cells.h).
      double weight = voice.weight;
      for (int above = 0; above < k; ++above) weight *= voice.yes[above];
      yes += weight * voice.yes[k];
      no += weight * voice.no[k];
    }
    logits[k] =
        static_cast<float>(plain::log(std::max(yes, 1e-300)) - plain::log(std::max(no, 1e-300)));
  }
}

}  // namespace toccata::network::stepping
