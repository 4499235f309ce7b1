#include "rendering/trials_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/text.h"
#include "rendering/axes.h"

namespace toccata::rendering {
namespace {

constexpr double kLeft = 86, kTop = 104, kRight = 30, kBottom = 66;
constexpr double kDots = 18;  // height of the row of dots below the bars

std::vector<double> sorted_finite(std::vector<double> values) {
  std::erase_if(values, [](double value) { return !std::isfinite(value); });
  std::sort(values.begin(), values.end());
  return values;
}

struct Histogram {
  double begin = 0, step = 1;
  std::vector<int> counts;
};

Histogram histogram_of(const std::vector<double>& values) {
  Histogram histogram;
  const double span = values.back() - values.front();
  if (!(span > 0)) return {values.front() - 0.5, 1, {static_cast<int>(values.size())}};
  const int bins =
      std::clamp(static_cast<int>(4 * std::cbrt(static_cast<double>(values.size()))), 8, 40);
  const auto ticks = nice_ticks({values.front(), values.back()}, bins);
  histogram.step = ticks.size() > 1 ? ticks[1] - ticks[0] : span;
  histogram.begin = std::floor(values.front() / histogram.step) * histogram.step;
  for (const double value : values) {
    const auto bin = static_cast<std::size_t>((value - histogram.begin) / histogram.step);
    if (bin >= histogram.counts.size()) histogram.counts.resize(bin + 1);
    ++histogram.counts[bin];
  }
  return histogram;
}

struct Mark {
  std::string name;
  double value;
  Colour colour;
};

// Names stand above the field; where two would touch, the later one moves up a line.
void draw_marks(Canvas& canvas, const Axes& axes, std::vector<Mark> marks) {
  std::sort(marks.begin(), marks.end(),
            [](const Mark& a, const Mark& b) { return a.value < b.value; });
  double previous_end = 0;
  int row = 0;
  for (const Mark& mark : marks) {
    const std::string text = fmt::format("{} {:.3f}", mark.name, mark.value);
    const double width = canvas.text_width(text, 12, true);
    const double x = axes.at_x(mark.value);
    const double middle = std::clamp(x, axes.left + width / 2, axes.left + axes.width - width / 2);
    row = middle - width / 2 < previous_end + 8 ? row + 1 : 0;
    previous_end = std::max(previous_end, middle + width / 2);
    const double y = axes.top - 8 - 15 * row;
    canvas.line(x, axes.top, x, axes.top + axes.height, mark.colour, 2);
    canvas.text(middle, y, text, 12, mark.colour, Align::centre, true);
  }
}

void draw_bars(Canvas& canvas, const Axes& axes, const Histogram& histogram, const Colour& colour) {
  for (std::size_t i = 0; i < histogram.counts.size(); ++i) {
    if (histogram.counts[i] == 0) continue;
    const double x = axes.at_x(histogram.begin + histogram.step * static_cast<double>(i));
    const double end = axes.at_x(histogram.begin + histogram.step * static_cast<double>(i + 1));
    const double y = axes.at_y(histogram.counts[i]);
    canvas.rectangle(x + 1, y, end - x - 2, axes.at_y(0) - y, colour, 0.55);
  }
}

}  // namespace

TrialsSummary summarise(const std::vector<double>& values) {
  const std::vector<double> sorted = sorted_finite(values);
  if (sorted.empty()) return {};
  const std::size_t n = sorted.size();
  return {sorted.back(), n % 2 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2,
          std::accumulate(sorted.begin(), sorted.end(), 0.0) / static_cast<double>(n), n};
}

Picture trials_plot(const TrialsPlot& plot) {
  const std::vector<double> values = sorted_finite(plot.values);
  const TrialsSummary summary = summarise(values);
  const std::size_t lost = plot.values.size() - values.size();
  std::string count = counted(values.size(), "trial");
  if (lost) count += fmt::format(" ({} without a finite value left out)", lost);
  Picture picture{plot.width,
                  plot.height,
                  plot.title,
                  fmt::format("Histogram of {}: best {:.3f}, median {:.3f}, mean {:.3f} {}.", count,
                              summary.best, summary.median, summary.mean, plot.x_label),
                  {}};
  picture.draw = [plot, values, summary, count](Canvas& canvas) {
    const Palette& colours = palette(plot.theme);
    canvas.rectangle(0, 0, plot.width, plot.height, colours.page);
    canvas.text(kLeft, 36, plot.title, 19, colours.ink, Align::left, true);
    canvas.text(plot.width - kRight, 36, count, 13, colours.muted, Align::right);
    Axes axes{
        kLeft,        kTop,    plot.width - kLeft - kRight, plot.height - kTop - kBottom, {}, {},
        plot.x_label, "trials"};
    if (values.empty()) {
      axes.draw(canvas, colours);
      canvas.text(axes.left + axes.width / 2, axes.top + axes.height / 2, "no trials", 16,
                  colours.muted, Align::centre);
      return;
    }
    const Histogram histogram = histogram_of(values);
    const double step = histogram.step;
    axes.x = {histogram.begin - step,
              histogram.begin + step * static_cast<double>(histogram.counts.size() + 1)};
    const double tallest = *std::max_element(histogram.counts.begin(), histogram.counts.end());
    axes.y = {-tallest * kDots / axes.height, tallest * 1.1};
    axes.draw(canvas, colours);
    draw_bars(canvas, axes, histogram, series_colour(plot.theme, 0));
    canvas.line(axes.left, axes.at_y(0), axes.left + axes.width, axes.at_y(0), colours.line);
    for (const double value : values)
      canvas.disc(axes.at_x(value), axes.top + axes.height - kDots / 2, 3,
                  series_colour(plot.theme, 0), 0.5);
    draw_marks(canvas, axes,
               {{"best", summary.best, series_colour(plot.theme, 2)},
                {"median", summary.median, series_colour(plot.theme, 1)},
                {"mean", summary.mean, series_colour(plot.theme, 3)}});
  };
  return picture;
}

}  // namespace toccata::rendering
