#pragma once
// Which cells a note may take: sets of {silent, held, onset}. What a request fixes or forbids is
// said in them.

#include <cstdint>

#include "music/roll.h"

namespace toccata::composing {

using CellSet = std::uint8_t;
inline constexpr CellSet kSilent = 1;
inline constexpr CellSet kHeld = 2;   // sounds on from the frame before
inline constexpr CellSet kOnset = 4;  // begins, or is struck again
inline constexpr CellSet kPlays = kHeld | kOnset;
inline constexpr CellSet kAnyCell = kSilent | kPlays;

/// True where a set leaves no choice.
inline bool is_fixed(CellSet set) {
  return (set & (set - 1)) == 0;
}

/// What can follow a cell at all. Without articulation a sounding note cannot be struck again.
inline CellSet possible_after(std::uint8_t previous, bool articulation) {
  if (!(previous & music::kPlay)) return kSilent | kOnset;
  return articulation ? kAnyCell : kSilent | kHeld;
}

/// What a cell is, after the frame before it.
inline CellSet kind_of(std::uint8_t previous, std::uint8_t cell, bool articulation) {
  if (!(cell & music::kPlay)) return kSilent;
  if (!(previous & music::kPlay)) return kOnset;
  return articulation && (cell & music::kArticulate) ? kOnset : kHeld;
}

}  // namespace toccata::composing
