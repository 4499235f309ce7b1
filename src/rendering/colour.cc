#include "rendering/colour.h"

#include <array>

namespace toccata::rendering {
namespace {

constexpr Colour hex(unsigned rgb) {
  return {((rgb >> 16) & 255) / 255.0, ((rgb >> 8) & 255) / 255.0, (rgb & 255) / 255.0};
}

constexpr Palette kLight{hex(0xffffff), hex(0xfbfbfd), hex(0xeff1f6), hex(0xe2e5ec),
                         hex(0xa9b0be), hex(0x1c2330), hex(0x667085)};
constexpr Palette kDark{hex(0x12151c), hex(0x1b202a), hex(0x151a22), hex(0x2b323f),
                        hex(0x566073), hex(0xedf0f6), hex(0x98a2b5)};

// Okabe and Ito's eight; yellow and sky blue are darkened on white, blue and black lightened on
// black, so that each stands out from its ground.
constexpr std::array<Colour, 8> kOnLight{hex(0x0072b2), hex(0xd55e00), hex(0x009e73),
                                         hex(0xc0609a), hex(0xe69f00), hex(0x3c9bd6),
                                         hex(0x8a7a00), hex(0x4d5463)};
constexpr std::array<Colour, 8> kOnDark{hex(0x4aa8e8), hex(0xf28548), hex(0x2fc79b), hex(0xdf90c0),
                                        hex(0xf0b42c), hex(0x8fd0f7), hex(0xe9df5a), hex(0xb6bdca)};

}  // namespace

Colour mix(const Colour& a, const Colour& b, double amount) {
  const auto between = [amount](double x, double y) { return x + (y - x) * amount; };
  return {between(a.red, b.red), between(a.green, b.green), between(a.blue, b.blue)};
}

const Palette& palette(Theme theme) {
  return theme == Theme::light ? kLight : kDark;
}

Colour series_colour(Theme theme, std::size_t n) {
  return theme == Theme::light ? kOnLight[n % kOnLight.size()] : kOnDark[n % kOnDark.size()];
}

}  // namespace toccata::rendering
