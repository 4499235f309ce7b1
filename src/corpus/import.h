#pragma once
// Folders and files to pieces, with a report on each file. One bad file never stops a folder.

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/progress.h"
#include "base/stop.h"
#include "corpus/piece.h"
#include "corpus/report.h"
#include "music/options.h"

namespace toccata::corpus {

struct ImportOptions {
  music::Options roll;
  int min_steps = 1;    // shorter pieces are left out (the original's "max_time_steps")
  bool strict = false;  // refuse what would be repaired
  int max_bad = -1;     // more unreadable files than this are an Error; -1: any number is borne
  int threads = 0;      // 0: the processor's
  bool leave_packed = false;  // pieces of packs keep their frames there (Piece::packed)
};

struct Corpus {
  // Kept pieces: in the order of the paths given, then of the files' names, then of their place in
  // the file. No name twice.
  std::vector<Piece> pieces;
  std::map<std::string, Part> given_split;  // by piece name, from a split.json or a roll file's
                                            // parts; empty where none was given
  // How the pieces were read: the options, but without articulation where a roll file is among
  // them, since it has none and a model reads all its music alike.
  music::Options roll;
  ImportReport report;
};

/// Reads every .mid, .midi, .kar (any case), .abc, roll file (.json with train/valid/test) and pack
/// (pack.h, .pack) below
/// each path, or the file itself, in parallel; music_files.h says what is looked at and what pieces
/// are called. Roll files keep all their frames (roll.trim does not apply), take grid and range
/// from the options, and are refused where their steps_per_beat is another. Reports every file and
/// throws for none; progress tells of files that a split names and nobody found.
/// Throws Error where a path does not exist, no file is found, or `stop` is requested; usage errors
/// as music::check(options.roll).
/// Where `keep` is given, pieces are handed to it in their order instead of being kept in memory:
/// what is read of any number of files then fits into little.
using Keep = std::function<void(Piece&& piece, std::optional<Part> part)>;
Corpus read_paths(std::span<const std::filesystem::path> paths, const ImportOptions& options,
                  Progress& progress, const Stop& stop, const Keep& keep = {});

/// read_paths into a pack: `file` whole or not at all. The corpus has the report and no pieces.
Corpus pack_paths(std::span<const std::filesystem::path> paths, const ImportOptions& options,
                  Progress& progress, const Stop& stop, const std::filesystem::path& file);

/// Throws Error where more than max_bad files are unreadable, or no piece was kept (says why, and
/// how long the longest is).
void demand_pieces(const Corpus& corpus, const ImportOptions& options);

/// read_paths, then demand_pieces.
Corpus import_paths(std::span<const std::filesystem::path> paths, const ImportOptions& options,
                    Progress& progress, const Stop& stop);

}  // namespace toccata::corpus
