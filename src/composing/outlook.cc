#include "composing/outlook.h"

#include <algorithm>
#include <cmath>

#include "base/plain_math.h"

namespace toccata::composing {
namespace {

constexpr double kSurest = 0.9;  // a bend that is sure of itself would leave out what is not rare
constexpr double kLeast = 1e-6;  // a chance that is no certainty lies at least so far from one
constexpr double kImpossible = 1e-200;  // the gate knows what is impossible; this may be wrong

}  // namespace

void Outlook::begin(std::span<const CellSet> sets, std::span<const float> chances, double usual,
                    int low, const StepRule& rule) {
  rule_ = rule;
  if (rule.empty()) return;
  low_ = low;
  notes_ = static_cast<int>(sets.size());
  const std::size_t notes = sets.size();
  play_.resize(notes);
  double fixed = 0, open = 0;
  for (std::size_t n = 0; n < notes; ++n) {
    const bool may = sets[n] & kPlays, must = !(sets[n] & kSilent);
    play_[n] = !may ? 0 : must ? 1 : std::clamp<double>(chances[n], kLeast, 1 - kLeast);
    if (must) fixed += 1;
    if (may && !must) open += 1;
  }
  // All odds times the factor that gives the usual number of notes.
  const auto expected = [&](double factor) {
    double sum = fixed;
    for (const double p : play_)
      if (p < 1) sum += p * factor / (1 - p + p * factor);
    return sum;
  };
  if (rule.most > 0) usual = std::min<double>(usual, rule.most);
  usual = std::min(usual, fixed + kSurest * open);
  double factor = 1;
  if (expected(1) < usual) {
    double high = 2;
    while (high < 1e6 && expected(high) < usual) high *= 2;
    for (double least = high / 2; high - least > 0.02 * high;) {
      const double middle = (least + high) / 2;
      (expected(middle) < usual ? least : high) = middle;
    }
    factor = high;
  }
  for (double& p : play_)
    if (p < 1) p = std::min(p * factor / (1 - p + p * factor), kSurest);

  counts_ = rule.most > 0 ? rule.most : rule.fewest;
  const auto stride = static_cast<std::size_t>(counts_) + 1;
  finished_.assign((notes + 1) * stride, 0);
  absent_.assign((notes + 1) * 12, 1);
  bass_.assign(notes + 1, rule.fewest == 0 && rule.needed == 0 ? 1 : 0);
  for (std::size_t c = 0; c < stride; ++c)
    finished_[notes * stride + c] = static_cast<int>(c) >= rule.fewest ? 1 : 0;
  for (std::size_t n = notes; n-- > 0;) {
    const double p = play_[n];
    for (int c = 0; c <= counts_; ++c) {
      finished_[n * stride + static_cast<std::size_t>(c)] =
          (1 - p) * of_count(static_cast<int>(n) + 1, c) +
          p * of_count(static_cast<int>(n) + 1, c + 1);
    }
    const std::size_t own = (static_cast<std::size_t>(low_) + n) % 12;
    for (std::size_t k = 0; k < 12; ++k)
      absent_[n * 12 + k] = absent_[(n + 1) * 12 + k] * (k == own ? 1 - p : 1);
    bass_[n] = static_cast<int>(own) == rule.bass
                   ? (1 - p) * bass_[n + 1] + p * of_count(static_cast<int>(n) + 1, 1)
                   : bass_[n + 1];
  }
}

double Outlook::of_count(int n, int count) const {
  if (counts_ == 0) return 1;
  if (count > counts_) {
    if (rule_.most > 0) return 0;
    count = counts_;
  }
  return finished_[static_cast<std::size_t>(n) * (static_cast<std::size_t>(counts_) + 1) +
                   static_cast<std::size_t>(count)];
}

double Outlook::log_chance(int n, const StepSoFar& below) const {
  if (rule_.empty()) return 0;
  double chance = rule_.bass >= 0 && below.count == 0 ? bass_[static_cast<std::size_t>(n)]
                                                      : of_count(n, below.count);
  const PitchClasses missing = rule_.needed & ~below.classes;
  for (std::size_t k = 0; k < 12; ++k)
    if (missing >> k & 1) chance *= 1 - absent_[static_cast<std::size_t>(n) * 12 + k];
  return plain::log(std::max(chance, kImpossible));
}

}  // namespace toccata::composing
