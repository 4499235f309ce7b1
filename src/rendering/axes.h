#pragma once
// Axes of plots: round numbers for ticks, and the way from values to places on the canvas.

#include <string>
#include <vector>

#include "rendering/picture.h"

namespace toccata::rendering {

struct Range {
  double low = 0, high = 1;
};

/// Multiples of 1, 2 or 5 times a power of ten that lie in `range`, about `count` of them.
std::vector<double> nice_ticks(const Range& range, int count);

/// The numbers of an axis with just the digits that tell them apart; thousands as "10,000".
std::string tick_label(double value, double step);

/// A plot's field on the canvas and its two axes.
struct Axes {
  double left = 0, top = 0, width = 0, height = 0;  // of the field
  Range x, y;
  std::string x_label, y_label;

  double at_x(double value) const { return left + (value - x.low) / (x.high - x.low) * width; }
  double at_y(double value) const { return top + (y.high - value) / (y.high - y.low) * height; }
  /// The field, grid lines, tick numbers and labels.
  void draw(Canvas& canvas, const Palette& colours) const;
};

}  // namespace toccata::rendering
