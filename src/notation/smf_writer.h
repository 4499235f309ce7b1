#pragma once
// Writes Standard MIDI Files: always type 1, first a conductor track with tempo, meter and key,
// then the Score's tracks.
//
// - Every file has a tempo at tick 0 (120 quarters per minute if the Score has none).
// - At each tick: ends of earlier notes, texts, programs, pedals, onsets, then ends of notes that
//   begin there. Every note ends. Every event carries its status byte: no running status.
// - The conductor's track ends at Score::end or at the last event, the others with their last
//   event.
// - MIDI cannot tell apart notes of equal channel and pitch that overlap within a track. The
//   earlier one is cut where the later one begins, and the later one lasts as long as either. Notes
//   of one onset become one note, as long and as loud as the longest and the loudest of them.
//   All other Scores read back unchanged.

#include <vector>

#include "base/files.h"
#include "notation/score.h"

namespace toccata::notation {

/// The file's bytes. Throws Error if the Score holds what a MIDI file cannot (a pitch over 127,
/// a note that ends before it begins, a tempo of 0 or over 16,777,215 microseconds…).
Bytes write_smf(const Score& score);

/// The notes as write_smf writes them: sorted, none overlapping another of its channel and pitch.
std::vector<Note> without_overlaps(std::vector<Note> notes);

}  // namespace toccata::notation
