#include "rendering/loss_graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "rendering/axes.h"

namespace toccata::rendering {
namespace {

constexpr double kLeft = 86, kTop = 92, kRight = 30, kBottom = 66;

std::vector<Point> finite(const std::vector<Point>& points) {
  std::vector<Point> kept;
  for (const Point& point : points)
    if (std::isfinite(point.x) && std::isfinite(point.y)) kept.push_back(point);
  return kept;
}

// What is drawn, once the points that are none are gone.
struct Curves {
  std::vector<Point> train, smooth, valid;
  std::optional<double> baseline;
  std::optional<Point> best;
};

Curves curves_of(const LossGraph& graph) {
  Curves curves;
  curves.train = finite(graph.train);
  curves.valid = finite(graph.valid);
  curves.smooth = running_mean(curves.train, curves.train.size() / 60);
  if (graph.baseline && std::isfinite(*graph.baseline)) curves.baseline = graph.baseline;
  for (const Point& point : curves.valid)
    if (!curves.best || point.y > curves.best->y) curves.best = point;
  return curves;
}

// What is to be in sight. The first steps of training are far below all others and would press the
// rest flat: the lowest twentieth of it is left to run out of the field.
Range heights(const Curves& curves) {
  std::vector<double> values;
  for (const Point& point : curves.train) values.push_back(point.y);
  std::sort(values.begin(), values.end());
  values.erase(values.begin(), values.begin() + std::ssize(values) / 20);
  for (const Point& point : curves.valid) values.push_back(point.y);
  if (curves.baseline) values.push_back(*curves.baseline);
  if (values.empty()) return {0, 1};
  std::sort(values.begin(), values.end());
  const double top = values.back();
  double low = values.front();
  // The same for a first validation far below the baseline; of a run that never came near it, half
  // of what was measured stays in sight.
  if (curves.baseline)
    low = std::max(low, std::min(*curves.baseline * 1.25, values[(values.size() - 1) / 2]));
  const double margin = std::max((top - low) * 0.08, std::max(1e-6, std::fabs(low) * 0.005));
  return {low - margin, top <= 0 ? std::min(0.0, top + margin) : top + margin};
}

Range widths(const Curves& curves) {
  double end = 0;
  for (const auto* points : {&curves.train, &curves.valid})
    for (const Point& point : *points) end = std::max(end, point.x);
  return {0, end > 0 ? end * 1.02 : 1};
}

void draw_curve(Canvas& canvas, const Axes& axes, const std::vector<Point>& points,
                const Colour& colour, double width, double opacity = 1) {
  if (points.empty()) return;
  canvas.begin_path();
  for (const Point& point : points) canvas.to(axes.at_x(point.x), axes.at_y(point.y));
  canvas.stroke(colour, width, opacity);
  if (points.size() == 1)
    canvas.disc(axes.at_x(points[0].x), axes.at_y(points[0].y), 3, colour, opacity);
}

void draw_best(Canvas& canvas, const Axes& axes, const Point& best, const Colour& colour,
               const Palette& colours) {
  const double x = axes.at_x(best.x), y = axes.at_y(best.y);
  canvas.disc(x, y, 6.5, colours.field);
  canvas.disc(x, y, 4.5, colour);
  const std::string text = fmt::format("best {:.3f}", best.y);
  const double width = canvas.text_width(text, 12, true);
  const double end = axes.left + axes.width - 4;
  const double middle = std::clamp(x, axes.left + width / 2 + 4, end - width / 2);
  // Validation mostly lies below training, so that there is room below it.
  const double baseline = y + 30 < axes.top + axes.height ? y + 23 : y - 14;
  canvas.rounded(middle - width / 2 - 5, baseline - 12, width + 10, 17, 4, colours.field, 0.85);
  canvas.text(middle, baseline, text, 12, colour, Align::centre, true);
}

struct LegendEntry {
  std::string name;
  Colour colour;
  bool dashed = false;
};

void draw_legend(Canvas& canvas, const std::vector<LegendEntry>& entries, double left, double y,
                 const Palette& colours) {
  double x = left;
  for (const LegendEntry& entry : entries) {
    if (entry.dashed)
      canvas.dashed(x, y - 4, x + 24, y - 4, entry.colour, 2);
    else
      canvas.line(x, y - 4, x + 24, y - 4, entry.colour, 3);
    canvas.text(x + 31, y, entry.name, 13, colours.ink);
    x += 31 + canvas.text_width(entry.name, 13) + 26;
  }
}

std::string describe(const LossGraph& graph, const Curves& curves) {
  std::string text = fmt::format("Line graph. Horizontal: {}. Vertical: {}. Training: {} points",
                                 graph.x_label, graph.y_label, curves.train.size());
  if (!curves.smooth.empty()) text += fmt::format(", at the end {:.3f}", curves.smooth.back().y);
  text += fmt::format(". Validation: {} points", curves.valid.size());
  if (curves.best)
    text +=
        fmt::format(", best {:.3f} at {:.0f} {}", curves.best->y, curves.best->x, graph.x_label);
  if (curves.baseline) text += fmt::format(". Marginal frequencies: {:.3f}", *curves.baseline);
  return text + ".";
}

}  // namespace

std::vector<Point> running_mean(const std::vector<Point>& points, std::size_t half) {
  std::vector<double> sums{0};
  for (const Point& point : points) sums.push_back(sums.back() + point.y);
  std::vector<Point> means;
  for (std::size_t i = 0; i < points.size(); ++i) {
    // They rise fast at first: the mean of a point reaches a third of the way back at most.
    const std::size_t before = std::min(half, i / 3);
    const std::size_t after = std::min(before, points.size() - 1 - i);
    const double sum = sums[i + after + 1] - sums[i - before];
    means.push_back({points[i].x, sum / static_cast<double>(before + after + 1)});
  }
  return means;
}

Picture loss_graph(const LossGraph& graph) {
  const Curves curves = curves_of(graph);
  Picture picture{graph.width, graph.height, graph.title, describe(graph, curves), {}};
  picture.draw = [graph, curves](Canvas& canvas) {
    const Palette& colours = palette(graph.theme);
    const Colour train = series_colour(graph.theme, 0), valid = series_colour(graph.theme, 1);
    const Axes axes{kLeft,
                    kTop,
                    graph.width - kLeft - kRight,
                    graph.height - kTop - kBottom,
                    widths(curves),
                    heights(curves),
                    graph.x_label,
                    graph.y_label};
    canvas.rectangle(0, 0, graph.width, graph.height, colours.page);
    canvas.text(kLeft, 40, graph.title, 19, colours.ink, Align::left, true);
    std::vector<LegendEntry> legend{{"training", train}, {"validation", valid}};
    if (curves.baseline) legend.push_back({"marginal frequencies", colours.muted, true});
    draw_legend(canvas, legend, kLeft, 70, colours);
    axes.draw(canvas, colours);

    canvas.clip(axes.left, axes.top, axes.width, axes.height);
    if (curves.baseline)
      canvas.dashed(axes.left, axes.at_y(*curves.baseline), axes.left + axes.width,
                    axes.at_y(*curves.baseline), colours.muted, 1.5);
    if (curves.train.size() >= 60) draw_curve(canvas, axes, curves.train, train, 1, 0.28);
    draw_curve(canvas, axes, curves.smooth, train, 2);
    draw_curve(canvas, axes, curves.valid, valid, 2.2);
    canvas.unclip();
    if (curves.best) draw_best(canvas, axes, *curves.best, valid, colours);
    if (curves.train.empty() && curves.valid.empty())
      canvas.text(axes.left + axes.width / 2, axes.top + axes.height / 2, "nothing measured yet",
                  16, colours.muted, Align::centre);
  };
  return picture;
}

}  // namespace toccata::rendering
