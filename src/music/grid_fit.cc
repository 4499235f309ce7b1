#include "music/grid_fit.h"

#include <algorithm>

namespace toccata::music {
namespace {
constexpr int kNear = 96;  // an onset within 1/96 quarter of a line lies on it
}

GridFit::GridFit(int ticks_per_quarter) : ticks_per_quarter_(ticks_per_quarter) {
  for (std::size_t i = 0; i < kGrids; ++i) {
    int near = 0;
    for (int tick = 0; tick < ticks_per_quarter; ++tick) near += on_grid(tick, kSuggestedGrids[i]);
    chance_[i] = static_cast<double>(near) / ticks_per_quarter;
  }
}

bool GridFit::on_grid(std::int64_t tick_in_quarter, int grid) const {
  // In units of 1/(ticks_per_quarter * grid) quarter, so that nothing is rounded.
  const std::int64_t past_line = tick_in_quarter * grid % ticks_per_quarter_;
  const std::int64_t off = std::min(past_line, ticks_per_quarter_ - past_line);
  return off * kNear <= std::int64_t{ticks_per_quarter_} * grid;
}

void GridFit::add(std::int64_t onset_tick) {
  const std::int64_t in_quarter = onset_tick % ticks_per_quarter_;
  ++onsets_;
  for (std::size_t i = 0; i < kGrids; ++i) {
    near_[i] += on_grid(in_quarter, kSuggestedGrids[i]);
    expected_[i] += chance_[i];
  }
}

GridFit& GridFit::operator+=(const GridFit& other) {
  for (std::size_t i = 0; i < kGrids; ++i) {
    near_[i] += other.near_[i];
    expected_[i] += other.expected_[i];
  }
  onsets_ += other.onsets_;
  return *this;
}

int GridFit::suggested() const {
  std::array<double, kGrids> beyond_chance = {};
  for (std::size_t i = 0; i < kGrids; ++i) {
    const double room = static_cast<double>(onsets_) - expected_[i];
    // Where every tick lies on the grid, it holds all there is.
    beyond_chance[i] = room < 1e-6 ? 1 : (static_cast<double>(near_[i]) - expected_[i]) / room;
  }
  const double best = *std::max_element(beyond_chance.begin(), beyond_chance.end());
  for (std::size_t i = 0; i < kGrids; ++i)
    if (beyond_chance[i] >= best - 0.05) return kSuggestedGrids[i];
  return kSuggestedGrids.back();
}

}  // namespace toccata::music
