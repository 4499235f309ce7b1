#pragma once
// The import report: the data doctor's findings.

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "music/read_beats.h"

namespace toccata::corpus {

/// A track with notes.
struct TrackFound {
  std::string name;        // as the file names it, in UTF-8; may be empty
  std::string instrument;  // its General MIDI sound, "drums", or "13 instruments"
  long notes = 0;
};

/// The report on one piece: a file, one song of a type 2 file, or one piece of a roll file.
struct FileReport {
  std::string name;
  bool kept = false;
  std::string reason;       // why it was not kept: unreadable (the reader's message), no notes, too
                            // short, the same file twice…
  bool unreadable = false;  // counts for max_bad
  std::vector<std::string> repairs;  // "byte 1234: missing end of track, added"; a file with
                                     // several songs has them in the row of the first
  std::uint64_t repair_count = 0;    // all of them; `repairs` holds the first 100
  std::vector<std::string> meters;   // "4/4", "13/32", in order of appearance
  int steps = 0;
  double bars = 0;
  // notes_read = notes_kept + merged + dropped + drums; folded and moved notes are among the kept
  // and merged.
  long notes_read = 0, notes_kept = 0, merged = 0, folded = 0, dropped = 0, drums = 0;
  long moved = 0;                        // onsets not on the grid
  double mean_move = 0, most_moved = 0;  // in steps, over all onsets
  // The coarsest grid of 4, 8, 12, 24 that fits the onsets nearly as well as the finest; a roll
  // file suggests its own.
  int suggested_grid = 4;
  std::vector<TrackFound> tracks;     // of a file of notes; a roll file has none
  int instruments = 1;                // besides drums; see findings.h
  bool beat_found = true;             // by the file's own ticks
  long shift_ticks = 0;               // that all onsets lie after the file's own beat
  music::ReadBeats beats;             // that it was read on; without the single ones
  std::vector<std::string> verdicts;  // the findings in words, a phrase each
  std::string duplicate_of;           // the first kept piece with the same music, whatever its key
};

struct ImportReport {
  std::vector<FileReport> files;
  long longest = 0;  // steps of the longest piece, kept or not
  int suggested_grid = 4;
  double seconds = 0;
  std::uint64_t bytes = 0;
};

/// Sums over all files.
struct ImportTotals {
  long files = 0;  // rows of the report
  long kept = 0, unreadable = 0, repaired = 0, duplicates = 0;
  long steps = 0;  // of kept pieces
  double bars = 0;
  long notes_read = 0, notes_kept = 0, merged = 0, folded = 0, dropped = 0, drums = 0, moved = 0;
  double mean_move = 0, most_moved = 0;
};
ImportTotals totals(const ImportReport& report);

/// {"kind", "used"}, and where its beats were doubted "confidence", "tempo" (beats per minute: the
/// median), "slowest", "fastest", "meter" (beats per bar), "subdivision", "off_seconds".
OrderedJson to_json(const music::ReadBeats& beats);

/// {"files": […], "totals": {…}, "longest", "suggested_grid", "seconds", "bytes"}.
OrderedJson to_json(const ImportReport& report);

}  // namespace toccata::corpus
