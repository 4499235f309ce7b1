#pragma once
// Reads folders and files into pieces, with a report on each file. One bad file never stops a
// folder.

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/progress.h"
#include "base/stop.h"
#include "corpus/import_options.h"
#include "corpus/piece.h"
#include "corpus/report.h"

namespace toccata::corpus {

struct Corpus {
  // Kept pieces, in the order of the paths given, then of the files' names, then of their place in
  // the file. Names are unique.
  std::vector<Piece> pieces;
  std::map<std::string, Part> given_split;  // by piece name, from a split.json or from the parts
                                            // of a roll file; empty if none was given
  // How the pieces were read: the options, but without articulation if a roll file is among them,
  // since it has none and a model reads all its music in one way.
  music::Options roll;
  ImportReport report;
};

/// Reads every .mid, .midi, .kar (any case), .abc, roll file (.json with train/valid/test) and pack
/// (pack.h, .pack) below each path, or the file itself, in parallel. music_files.h says which files
/// are read and how pieces are named. Roll files keep all their frames (roll.trim does not apply),
/// take grid and range from the options, and are refused if their steps_per_beat differs. Every
/// file is reported and none makes it throw. Progress is told which files a split names that do not
/// exist.
/// Throws Error if a path does not exist, no file is found, or `stop` is requested; usage errors as
/// music::check(options.roll).
/// If `keep` is given, it receives the pieces in their order, and they are not kept in memory: so
/// any number of files can be read in little memory.
using Keep = std::function<void(Piece&& piece, std::optional<Part> part)>;
Corpus read_paths(std::span<const std::filesystem::path> paths, const ImportOptions& options,
                  Progress& progress, const Stop& stop, const Keep& keep = {});

/// As read_paths, but writes the pieces into a pack: `file` is written whole or not at all. The
/// corpus has the report and no pieces.
Corpus pack_paths(std::span<const std::filesystem::path> paths, const ImportOptions& options,
                  Progress& progress, const Stop& stop, const std::filesystem::path& file);

/// Throws Error if more than max_bad files are unreadable, or if no piece was kept (with the
/// reason, and the length of the longest piece).
void demand_pieces(const Corpus& corpus, const ImportOptions& options);

/// read_paths, then demand_pieces.
Corpus import_paths(std::span<const std::filesystem::path> paths, const ImportOptions& options,
                    Progress& progress, const Stop& stop);

}  // namespace toccata::corpus
