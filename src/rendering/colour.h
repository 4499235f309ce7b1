#pragma once
// Colours of the pictures: a light and a dark theme, and track colours that colour-blind readers
// can tell apart (Okabe & Ito 2008, "Color universal design").

#include <cstddef>

namespace toccata::rendering {

struct Colour {
  double red = 0, green = 0, blue = 0;  // 0..1
  bool operator==(const Colour&) const = default;
};

/// `amount` 0: a, 1: b.
Colour mix(const Colour& a, const Colour& b, double amount);

enum class Theme { light, dark };

struct Palette {
  Colour page;        // behind everything
  Colour field;       // behind the notes or curves
  Colour black_key;   // rows of the black keys
  Colour faint;       // lines within a bar, grid lines
  Colour line;        // bar lines, axes
  Colour ink, muted;  // text
};

const Palette& palette(Theme theme);

/// The colour of the n-th track or curve; after eight they come again.
Colour series_colour(Theme theme, std::size_t n);

}  // namespace toccata::rendering
