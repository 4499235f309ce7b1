#include "network/step/recall.h"

#include <algorithm>

#include "base/plain_math.h"

namespace toccata::network::stepping {

Recall::Recall(const Config& config, std::size_t sequences, std::size_t rows)
    : learned_(config.memory), cells_(config.cells()) {
  if (!learned_) return;
  matchers_.assign(sequences, music::Matcher(cells_, config.notes()));
  offered_.resize(sequences);
  rows_.resize(rows);
  set_strength(1);
}

void Recall::set_strength(double strength) {
  if (!learned_) return;
  is_heard_ = strength > 0;
  if (!is_heard_) return;
  memory_ = strength == 1 ? learned_ : at_strength(learned_, strength);
  for (std::size_t i = 0; i < memory_.copyists.size(); ++i)
    for (std::size_t c = 0; c < memory_.own.size(); ++c)
      for (const std::size_t there : {0U, 1U})
        for (const std::size_t before : {0U, 1U})
          repeated_[c][i][there][before] =
              chance(memory_.copyists[i].copied[c].offset[there][before]);
}

void Recall::clear(int b) {
  if (learned_) matchers_[static_cast<std::size_t>(b)].clear();
}

void Recall::remember(int b, const std::uint8_t* frame) {
  if (learned_) matchers_[static_cast<std::size_t>(b)].remember(frame);
}

void Recall::take_over(const Recall& other, int from, int to) {
  if (!learned_) return;
  matchers_[static_cast<std::size_t>(to)] = other.matchers_[static_cast<std::size_t>(from)];
  offered_[static_cast<std::size_t>(to)] = other.offered_[static_cast<std::size_t>(from)];
}

void Recall::begin(int versions) {
  if (!learned_ || !is_heard_) return;
  versions_ = versions;
  std::vector<double> weights;
  for (std::size_t b = 0; b < matchers_.size(); ++b) {
    weights.assign(1, 0);
    offered_[b] = {};
    double most = 0, sum = 0;
    for (const music::Recollection& offer : matchers_[b].offered()) {
      offered_[b] |= offer.frame;
      for (const Memory::Copyist& copyist : memory_.copyists) {
        double trust = 0;
        for (std::size_t k = 0; k < offer.traits.size(); ++k)
          trust += copyist.trust[k] * offer.traits[k];
        weights.push_back(trust);
        most = std::max(most, trust);
      }
    }
    for (double& weight : weights) sum += weight = plain::exp(weight - most);
    for (double& weight : weights) weight /= sum;
    for (int v = 0; v < versions; ++v)
      rows_[b * static_cast<std::size_t>(versions) + static_cast<std::size_t>(v)].weights = weights;
  }
}

void Recall::copy_rows(std::size_t from, std::size_t to, std::size_t count) {
  if (!learned_ || !is_heard_) return;
  std::copy_n(rows_.begin() + static_cast<std::ptrdiff_t>(from), count,
              rows_.begin() + static_cast<std::ptrdiff_t>(to));
}

Recall::Chance Recall::chance(double logit) {
  const double small = plain::exp(logit > 0 ? -logit : logit), large = 1 / (1 + small);
  return logit > 0 ? Chance{large, small * large} : Chance{small * large, large};
}

void Recall::hear(Row& row, std::span<const music::Recollection> offered, int n,
                  std::uint8_t previous, std::uint8_t cell) const {
  double sum = 0;
  for (std::size_t e = 0; e < row.weights.size(); ++e) {
    cells_.for_each_choice(previous, cell, [&](int k, bool bit) {
      const Chance& said = row.said[k][saying(offered, e, k, n)];
      row.weights[e] *= bit ? said.yes : said.no;
    });
    sum += row.weights[e];
  }
  // Below this all said it could not be; then they go on with equal say.
  constexpr double kLeast = 1e-290;
  const double scale = 1 / sum, equal = 1 / static_cast<double>(row.weights.size());
  for (double& weight : row.weights) weight = sum > kLeast ? weight * scale : equal;
}

void Recall::mix(std::size_t row, int n, const std::uint8_t* below, float* logits) {
  if (!learned_ || !is_heard_) return;
  const std::size_t b = row / static_cast<std::size_t>(versions_);
  const music::Matcher& matcher = matchers_[b];
  const auto offered = matcher.offered();
  Row& own = rows_[row];
  if (below != nullptr) hear(own, offered, n - 1, matcher.last_cell(n - 1), *below);

  for (int k = 0; k < cells_.count(); ++k) {
    const auto c = static_cast<std::size_t>(k);
    const std::size_t before = matcher.last().is_set(k, n) ? 1 : 0;
    const double logit = double{logits[k]};
    Chance* said = own.said[k];
    const Memory::Own& network = memory_.own[c];
    said[0] = chance(network.slope * logit + network.offset[before]);
    // What nobody says is not computed.
    const bool is_offered = offered_[b].is_set(k, n);
    for (std::size_t i = 0; i < memory_.copyists.size() && !offered.empty(); ++i) {
      const Memory::Copied& copied = memory_.copyists[i].copied[c];
      for (std::size_t there = 0; there < (is_offered ? 2 : 1); ++there)
        said[1 + 2 * i + there] = copied.slope == 0
                                      ? repeated_[c][i][there][before]
                                      : chance(copied.slope * logit + copied.offset[there][before]);
    }
    double yes = 0, no = 0;
    for (std::size_t e = 0; e < own.weights.size(); ++e) {
      // A further channel is asked only where those above it said yes (music/cells.h).
      double weight = own.weights[e];
      for (int above = 0; above < k; ++above)
        weight *= own.said[above][saying(offered, e, above, n)].yes;
      const Chance& one = own.said[k][saying(offered, e, k, n)];
      yes += weight * one.yes;
      no += weight * one.no;
    }
    logits[k] = static_cast<float>(plain::log(std::max(yes, 1e-300) / std::max(no, 1e-300)));
  }
}

}  // namespace toccata::network::stepping
