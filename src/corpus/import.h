#pragma once
// Folders and files to pieces, with a report on each file. One bad file never stops a folder.

#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/progress.h"
#include "base/stop.h"
#include "corpus/piece.h"
#include "roll/options.h"

namespace toccata::corpus {

struct ImportOptions {
  roll::Options roll;
  int min_steps = 1;    // shorter pieces are left out (the original's "max_time_steps")
  bool strict = false;  // refuse what would be repaired
  int max_bad = -1;     // more unreadable files than this are an Error; -1: any number is borne
  int threads = 0;      // 0: the processor's
};

/// What became of one piece: a file, one song of a type 2 file, or one piece of a roll file.
struct FileReport {
  std::string name;
  bool kept = false;
  std::string reason;  // why not kept: unreadable (the reader's message), no notes, too short,
                       // duplicate name…
  bool unreadable = false;
  std::vector<std::string> repairs;  // "byte 1234: missing end of track, added"
  std::vector<std::string> meters;   // "4/4", "13/32", in order of appearance
  int steps = 0;
  double bars = 0;
  long notes_read = 0, notes_kept = 0, merged = 0, folded = 0, dropped = 0, drums = 0;
  long moved = 0;                        // onsets not on the grid
  double mean_move = 0, most_moved = 0;  // in steps, over all onsets
  int suggested_grid =
      4;  // the coarsest of 4, 8, 12, 24 that holds the onsets nearly as well as the finest
};

struct ImportReport {
  std::vector<FileReport> files;
  long longest = 0;  // steps of the longest piece, kept or not
  int suggested_grid = 4;
  double seconds = 0;
  std::uint64_t bytes = 0;
};

OrderedJson to_json(const ImportReport& report);

struct Corpus {
  std::vector<Piece> pieces;                // kept, sorted by name
  std::map<std::string, Part> given_split;  // by piece name, from a split.json or a roll file's
                                            // parts; empty where none was given
  ImportReport report;
};

/// Reads every .mid, .midi, .kar (any case), .abc and roll file (.json with train/valid/test) below
/// each path, or the file itself. Throws Error where a path does not exist, no file is found, more
/// than max_bad are unreadable, or none is long enough (says how long the longest is).
Corpus import_paths(std::span<const std::filesystem::path> paths, const ImportOptions& options,
                    Progress& progress, const Stop& stop);

}  // namespace toccata::corpus
