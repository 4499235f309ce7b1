#include "rendering/piano_roll_layout.h"

#include <algorithm>
#include <array>

namespace toccata::rendering {

using notation::Tick;

namespace {

// From large and airy to small and dense.
struct Size {
  double row, pixels_per_quarter;
};
constexpr std::array<Size, 6> kSizes{{{9, 30}, {8, 26}, {7, 22}, {6, 16}, {5, 11}, {4, 7}}};
constexpr double kWidestQuarter = 64;  // pixels; short pieces are stretched up to this
constexpr int kFewestPitches = 25;     // two octaves

void find_pitches(const notation::Score& score, Tick begin, Tick end, Layout& layout) {
  int low = 128, high = -1;
  for (const notation::Track& track : score.tracks) {
    for (const notation::Note& note : track.notes) {
      if (note.onset >= end || std::max(note.end, note.onset + 1) <= begin) continue;
      low = std::min<int>(low, note.pitch);
      high = std::max<int>(high, note.pitch);
    }
    for (const notation::PedalChange& pedal : track.pedals) layout.pedal |= pedal.down;
  }
  if (high < 0) return;  // silence: the octaves around middle C
  low -= 2;
  high += 2;
  const int missing = std::max(0, kFewestPitches - (high - low + 1));
  layout.low = std::max(0, low - missing / 2);
  layout.high = std::min(127, high + (missing + 1) / 2);
}

double quarters(const notation::Score& score, Tick ticks) {
  return static_cast<double>(ticks) / score.ticks_per_quarter;
}

// Fills systems with as many bars as fit; where they are four or more, with a multiple of four (a
// pickup besides).
std::vector<SystemOfBars> wrap(const notation::Score& score, const ScoreBars& bars,
                               std::int64_t first, std::int64_t last, double quarters_a_system,
                               std::size_t most) {
  std::vector<SystemOfBars> systems;
  for (std::int64_t bar = first; bar <= last && systems.size() < most;) {
    SystemOfBars system{bar, bar, bars.begin_of(bar), bars.begin_of(bar + 1)};
    const auto reach = [&](std::int64_t to) {
      return quarters(score, bars.begin_of(to + 1) - system.begin) <= quarters_a_system * 1.0001;
    };
    // The last bar that fits, by halving: a bar may be much shorter than a quarter.
    std::int64_t fits = bar, beyond = last + 1;
    while (beyond - fits > 1) {
      const std::int64_t middle = fits + (beyond - fits) / 2;
      (reach(middle) ? fits : beyond) = middle;
    }
    const std::int64_t whole = std::max<std::int64_t>(bar, 1), count = fits - whole + 1;
    if (fits < last && count >= 4) fits = whole + count / 4 * 4 - 1;
    system.last_bar = fits;
    system.end = bars.begin_of(fits + 1);
    systems.push_back(system);
    bar = fits + 1;
  }
  return systems;
}

}  // namespace

Layout lay_out(const notation::Score& score, const ScoreBars& bars, std::int64_t first,
               std::int64_t last, double width, double longest_height) {
  Layout layout;
  layout.width = width;
  const Tick begin = bars.begin_of(first), end = bars.begin_of(last + 1);
  find_pitches(score, begin, end, layout);
  const double field = width - 2 * kMargin - kKeyboard;
  for (const Size& size : kSizes) {
    layout.row = size.row;
    layout.pixels_per_quarter = size.pixels_per_quarter;
    const double room = longest_height - kHeader - kMargin;
    const auto most = static_cast<std::size_t>(std::max(1.0, room / layout.system_height()));
    layout.systems = wrap(score, bars, first, last, field / size.pixels_per_quarter, most);
    if (layout.systems.back().last_bar >= last) break;
  }
  // The widest system fills the field.
  double widest = 0;
  for (const SystemOfBars& system : layout.systems)
    widest = std::max(widest, quarters(score, system.end - system.begin));
  const double most = layout.systems.size() == 1 ? kWidestQuarter : layout.pixels_per_quarter * 1.6;
  layout.pixels_per_quarter = std::min(most, field / std::max(widest, 1e-9));
  layout.height = kHeader + static_cast<double>(layout.systems.size()) * layout.system_height() -
                  kBetween + kMargin;
  return layout;
}

}  // namespace toccata::rendering
