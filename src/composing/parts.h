#pragma once
// The parts of a file, and which of them a new note belongs to.

#include <cstdint>
#include <span>
#include <vector>

#include "notation/score.h"

namespace toccata::composing {

/// The notes of one channel in one track.
struct Part {
  std::size_t track = 0;
  std::uint8_t channel = 0;
  std::vector<notation::Note> notes = {};  // that the file has, by onset; empty: a part of its own
  std::vector<bool> stays = {};            // which of them are still there
  int voices = 1;                          // notes that sound at a time, as a rule
};

/// How many of the notes (by onset) sound at a time, as a rule: so many or fewer at nine of ten
/// onsets, without those that end within an eighth of a quarter note. At least 1.
int usual_voices(std::span<const notation::Note> notes, int ticks_per_quarter);

/// For each of the notes (by onset), the index of the part that it belongs to. Notes that begin
/// together are shared out at the least cost: a semitone of distance from the part's notes around
/// costs 1, a note more than its voices 24, and parts keep their order in pitch. Parts of their own
/// go from the top down. Deterministic.
std::vector<std::size_t> share_out(std::span<const notation::Note> notes,
                                   std::span<const Part> parts);

/// The mean velocity of the four of the notes (by onset) that begin nearest to `tick`; none where
/// there are no notes.
int velocity_near(std::span<const notation::Note> notes, notation::Tick tick, int none);

}  // namespace toccata::composing
