#pragma once
// Finds the grid on which a piece was written.

#include <array>
#include <cstddef>
#include <cstdint>

namespace toccata::music {

/// The grids to choose from, coarsest first, in steps per quarter note.
inline constexpr std::array<int, 4> kSuggestedGrids = {4, 8, 12, 24};

/// Counts, for each suggested grid, the onsets that lie on it: within 1/96 of a quarter note (5
/// ticks of 480) of a line. Fits of several pieces can be added up.
class GridFit {
 public:
  GridFit() = default;
  explicit GridFit(int ticks_per_quarter);

  void add(std::int64_t onset_tick);
  GridFit& operator+=(const GridFit& other);

  /// The coarsest grid that fits the onsets nearly as well as any. A finer grid also catches more
  /// onsets by chance. So a grid is judged by (share - c) / (1 - c), where c is the share of onsets
  /// on it if they were spread evenly over the ticks; nearly means 0.05 below the best. Freely
  /// played music lies on no grid and therefore gets the coarsest. 4 if there are no onsets.
  int suggested() const;
  long onsets() const { return onsets_; }

 private:
  static constexpr std::size_t kGrids = kSuggestedGrids.size();
  bool on_grid(std::int64_t tick_in_quarter, int grid) const;

  int ticks_per_quarter_ = 1;
  std::array<double, kGrids> chance_ = {};    // that a tick lies on the grid
  std::array<double, kGrids> expected_ = {};  // onsets on the grid by chance
  std::array<long, kGrids> near_ = {};        // onsets on the grid
  long onsets_ = 0;
};

}  // namespace toccata::music
