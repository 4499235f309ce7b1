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

/// What can follow a cell at all. Without articulation (channels 1) a sounding note cannot be
/// struck again.
inline CellSet possible_after(std::uint8_t previous, int channels) {
  if (!(previous & music::kPlay)) return kSilent | kOnset;
  return channels == 2 ? kAnyCell : kSilent | kHeld;
}

/// What a cell is, after the frame before it.
inline CellSet kind_of(std::uint8_t previous, std::uint8_t cell, int channels) {
  if (!(cell & music::kPlay)) return kSilent;
  if (!(previous & music::kPlay)) return kOnset;
  return channels == 2 && (cell & music::kArticulate) ? kOnset : kHeld;
}

/// The cell of a kind: the other way round.
inline std::uint8_t cell_of(CellSet kind, int channels) {
  if (kind == kSilent) return 0;
  return channels == 2 && kind == kOnset ? music::kPlay | music::kArticulate : music::kPlay;
}

}  // namespace toccata::composing
