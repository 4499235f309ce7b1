#pragma once
// Writing Standard MIDI Files: always type 1, a conductor track with tempo, meter and key first,
// then the Score's tracks.
//
// - A tempo stands at tick 0 in every file (120 quarters a minute where the Score names none).
// - At each tick: ends of earlier notes, texts, programs, pedals, onsets, then ends of notes that
//   begin there. Every note ends. Every event carries its status byte: no running status.
// - The conductor's track ends where Score::end or the last event is, the others with their last
//   event.
// - Notes of equal channel and pitch that overlap within a track cannot be told apart in MIDI: the
//   earlier one is cut where the later begins, which lasts as long as either; those of one onset
//   become one note, the longest and loudest of them. All other Scores read back as they were.

#include <vector>

#include "base/files.h"
#include "notation/score.h"

namespace toccata::notation {

/// The file's bytes. Throws Error where the Score holds what a MIDI file cannot (a pitch over 127,
/// a note that ends before it begins, a tempo of 0 or over 16,777,215 microseconds…).
Bytes write_smf(const Score& score);

/// The notes as write_smf writes them: sorted, none overlapping another of its channel and pitch.
std::vector<Note> without_overlaps(std::vector<Note> notes);

}  // namespace toccata::notation
