#pragma once
// Some bars of a Score as a Score of their own.

#include <cstdint>
#include <optional>

#include "notation/score.h"

namespace toccata::rendering {

/// Bars counted from 1 (a pickup is 0), both included; an absent end is the piece's own.
struct BarRange {
  std::optional<std::int64_t> from, to;
  bool whole() const { return !from && !to; }
};

/// The bars of `score` in `range`, moved to tick 0. Notes that reach across an end are cut there;
/// tempo, meter, key, programs and pedals in force at the beginning are set at tick 0. Throws Error
/// (usage) where the range is empty or begins after the piece's last bar.
notation::Score excerpt(const notation::Score& score, const BarRange& range);

/// Throws Error (usage) unless first <= from <= to <= last: bars of a piece of bars first … last.
void check_range(std::int64_t from, std::int64_t to, std::int64_t first, std::int64_t last);

}  // namespace toccata::rendering
