#pragma once
// The music that an order names: its file, which of its notes stay, and what a model hears of them.

#include <utility>
#include <vector>

#include "composing/given_source.h"
#include "composing/order.h"

namespace toccata::composing {

/// The notes of a Roll as a file's are.
std::vector<music::HeardNote> heard_notes(const music::Roll& roll);

/// A Roll of the shape of `like` with those of the notes that `which` names.
music::Roll roll_of(const music::Roll& like, const std::vector<music::HeardNote>& notes,
                    const std::vector<bool>& which);

/// The part of a piece that is composed anew: steps and pitches, without the notes that are pinned.
struct Selection {
  std::vector<bool> steps;   // (T)
  int low = 0, high = 127;   // MIDI pitches, both included
  std::vector<bool> pinned;  // (T, N): cells of pinned notes
};
/// Throws Error (usage) where bars, region or pinned notes are not in the piece.
Selection selection_of(const Order& order, const music::Roll& whole);

/// Which notes of the infill's, the melody's or the primer's file stay (`notes`: its heard notes).
/// Of an infill, a note is composed anew if it lies wholly in the part that is, as the model hears
/// it, and is not pinned: one that reaches over an edge stays whole. What the model does not hear
/// (drums) stays. Of a melody, the voice stays; of a primer what begins before its end.
std::vector<bool> staying_notes(const Order& order, const std::vector<music::HeardNote>& notes);

/// The file that the piece is a patch to: infill, melody, or the primer unless it is left out; null
/// where there is none, or it is known as notes alone.
const GivenFile* patched_file(const Order& order);

/// True where the file's music is what the order was made with.
bool is_same_music(const GivenFile& file);

}  // namespace toccata::composing
