#include "music/bars.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace toccata::music {

double bar_length(const MeterAt& meter, int grid) {
  return 4.0 * grid * meter.numerator / meter.denominator;
}

double beat_length(const MeterAt& meter, int grid) {
  return 4.0 * grid * (is_compound(meter.numerator, meter.denominator) ? 3 : 1) / meter.denominator;
}

void check_meters(const std::vector<MeterAt>& meters) {
  for (std::size_t i = 0; i < meters.size(); ++i) {
    if (meters[i].numerator < 1 || meters[i].denominator < 1)
      fail("meter at step {}: expected positive numbers, found {}/{}", meters[i].step,
           meters[i].numerator, meters[i].denominator);
    if (i > 0 && !(meters[i].step >= meters[i - 1].step))
      fail("meters: expected them sorted by step, found step {} after step {}", meters[i].step,
           meters[i - 1].step);
  }
}

Bars::Bars(const std::vector<MeterAt>& meters, int grid) {
  check_meters(meters);
  if (meters.empty() || meters.front().step > kSameStep)
    stretches_.push_back({MeterAt{}, bar_length(MeterAt{}, grid), 0, 0});
  for (const MeterAt& meter : meters) {
    Stretch next{meter, bar_length(meter, grid), 0, 0};
    if (!stretches_.empty()) {
      Stretch& last = stretches_.back();
      const double until = meter.step - last.meter.step;
      if (stretches_.size() == 1 && until <= last.length + kSameStep &&
          until < next.length - kSameStep)
        last.bars_before = -1;  // a pickup is bar 0
      const double begin = std::max(last.meter.step, 0.0);
      const double bars = (meter.step - last.meter.step) / last.length;
      next.bars_before = last.bars_before + static_cast<long>(std::ceil(bars - kSameStep));
      next.bars_until = last.bars_until + (meter.step - begin) / last.length;
    }
    stretches_.push_back(next);
  }
}

std::size_t Bars::stretch_at(double step) const {
  const auto after =
      std::upper_bound(stretches_.begin(), stretches_.end(), step + kSameStep,
                       [](double at, const Stretch& stretch) { return at < stretch.meter.step; });
  return after == stretches_.begin() ? 0 : static_cast<std::size_t>(after - stretches_.begin()) - 1;
}

Bar Bars::bar_of(std::size_t index, double bars) const {
  const Stretch& stretch = stretches_[index];
  Bar bar;
  bar.begin = stretch.meter.step + bars * stretch.length;
  bar.end = stretch.meter.step + (bars + 1) * stretch.length;
  if (index + 1 < stretches_.size()) bar.end = std::min(bar.end, stretches_[index + 1].meter.step);
  bar.number = stretch.bars_before + static_cast<long>(bars) + 1;
  return bar;
}

Bar Bars::at(double step) const {
  const std::size_t index = stretch_at(step);
  const Stretch& stretch = stretches_[index];
  return bar_of(index, std::floor((step - stretch.meter.step + kSameStep) / stretch.length));
}

Bar Bars::numbered(long number) const {
  std::size_t index = stretches_.size() - 1;
  while (index > 0 && stretches_[index].bars_before >= number) --index;
  return bar_of(index,
                static_cast<double>(std::max(number, first()) - 1 - stretches_[index].bars_before));
}

double Bars::count(double step) const {
  const Stretch& stretch = stretches_[stretch_at(step)];
  return stretch.bars_until + (step - std::max(stretch.meter.step, 0.0)) / stretch.length;
}

MeterAt Bars::meter(double step) const {
  return stretches_[stretch_at(step)].meter;
}

std::string bar_name(const Bars& bars, double step) {
  const long number = bars.at(step).number;
  return number == 0 ? "the pickup" : fmt::format("bar {}", number);
}

}  // namespace toccata::music
