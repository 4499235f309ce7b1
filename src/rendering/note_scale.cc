#include "rendering/note_scale.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace toccata::rendering {
namespace {

using Stops = std::array<Colour, 4>;

constexpr Colour hex(unsigned rgb) {
  return {((rgb >> 16) & 255) / 255.0, ((rgb >> 8) & 255) / 255.0, (rgb & 255) / 255.0};
}

// Blue, violet, red: darker and darker on white, lighter and lighter on black.
constexpr Stops kOnLight{hex(0x8fb8de), hex(0x8d7cc3), hex(0xc2386f), hex(0x7a0c1e)};
constexpr Stops kOnDark{hex(0x3d6a9e), hex(0x8a6fc4), hex(0xe8798f), hex(0xffd89a)};

constexpr double kWidth = 120, kHeight = 10;  // of the scale drawn, pixels

}  // namespace

Colour scale_colour(Theme theme, double share) {
  const Stops& stops = theme == Theme::light ? kOnLight : kOnDark;
  const double place = std::clamp(share, 0.0, 1.0) * static_cast<double>(stops.size() - 1);
  const auto below = std::min(static_cast<std::size_t>(place), stops.size() - 2);
  return mix(stops[below], stops[below + 1], place - static_cast<double>(below));
}

double draw_scale(Canvas& canvas, Theme theme, const NoteScale& scale, double right,
                  double baseline) {
  const Palette& colours = palette(theme);
  const std::string much = fmt::format("{:g} {} or more, {}", scale.most, scale.unit, scale.much);
  const std::string little = fmt::format("{}: {}", scale.name, scale.little);
  canvas.text(right, baseline, much, 12, colours.ink, Align::right);
  const double end = right - canvas.text_width(much, 12) - 8;
  const double begin = end - kWidth;
  for (double x = 0; x < kWidth; x += 2) {
    canvas.rectangle(begin + x, baseline - kHeight, 2, kHeight,
                     scale_colour(theme, (x + 1) / kWidth));
  }
  canvas.text(begin - 8, baseline, little, 12, colours.ink, Align::right);
  return begin - 8 - canvas.text_width(little, 12);
}

std::string describe(const NoteScale& scale) {
  double sum = 0, most = 0;
  for (const double value : scale.values) {
    sum += value;
    most = std::max(most, value);
  }
  const auto count = static_cast<double>(std::max<std::size_t>(scale.values.size(), 1));
  return fmt::format(
      "; each note's colour is its {0} in {1}, from 0 ({2}) to {3:g} or more ({4}); the mean is "
      "{5:.2f} and the most {6:.2f} {1}",
      scale.name, scale.unit, scale.little, scale.most, scale.much, sum / count, most);
}

}  // namespace toccata::rendering
