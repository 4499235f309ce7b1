#include "rendering/axes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace toccata::rendering {
namespace {

constexpr double kTextSize = 12;

double step_of(const std::vector<double>& ticks) {
  return ticks.size() < 2 ? 1 : ticks[1] - ticks[0];
}

std::string with_commas(const std::string& digits) {
  const std::size_t sign = digits.starts_with('-') ? 1 : 0;
  if (digits.size() - sign <= 4) return digits;  // 5000 reads well as it is
  std::string result;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > sign && (digits.size() - i) % 3 == 0) result += ',';
    result += digits[i];
  }
  return result;
}

}  // namespace

std::vector<double> nice_ticks(const Range& range, int count) {
  const double span = range.high - range.low;
  if (!(span > 0) || !std::isfinite(span)) return {range.low};
  const double rough = span / std::max(count, 1);
  const double power = std::pow(10, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (const double factor : {1.0, 2.0, 5.0})
    if (factor * power >= rough * 0.9999) {
      step = factor * power;
      break;
    }
  std::vector<double> ticks;
  const double tolerance = step * 1e-9;
  for (double k = std::ceil((range.low - tolerance) / step); k * step <= range.high + tolerance;
       ++k)
    ticks.push_back(k == 0 ? 0 : k * step);
  return ticks;
}

std::string tick_label(double value, double step) {
  const int decimals =
      std::clamp(static_cast<int>(std::ceil(-std::log10(std::fabs(step)) - 1e-9)), 0, 9);
  const std::string text = fmt::format("{:.{}f}", value, decimals);
  return decimals == 0 ? with_commas(text) : text;
}

void Axes::draw(Canvas& canvas, const Palette& colours) const {
  canvas.rectangle(left, top, width, height, colours.field);
  const auto y_ticks = nice_ticks(y, std::max(2, static_cast<int>(height / 55)));
  for (const double tick : y_ticks) {
    canvas.line(left, at_y(tick), left + width, at_y(tick), colours.faint);
    canvas.text(left - 10, at_y(tick) + 4, tick_label(tick, step_of(y_ticks)), kTextSize,
                colours.muted, Align::right);
  }
  const auto x_ticks = nice_ticks(x, std::max(2, static_cast<int>(width / 100)));
  for (const double tick : x_ticks) {
    canvas.line(at_x(tick), top + height, at_x(tick), top + height + 5, colours.line);
    canvas.text(at_x(tick), top + height + 20, tick_label(tick, step_of(x_ticks)), kTextSize,
                colours.muted, Align::centre);
  }
  canvas.line(left, top + height, left + width, top + height, colours.line);
  canvas.text(left + width / 2, top + height + 44, x_label, kTextSize + 1, colours.ink,
              Align::centre);
  canvas.text_upwards(left - 54, top + height / 2, y_label, kTextSize + 1, colours.ink);
}

}  // namespace toccata::rendering
