#pragma once
// Finds the files of music below the paths given, and names them.

#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace toccata::corpus {

struct MusicFile {
  enum class Kind { midi, abc, json, pack };
  std::filesystem::path path;
  std::string name;  // unique, UTF-8: relative to the folder given; if several paths were given,
                     // prefixed by the last part of its path, or by the whole path if several
                     // paths share that part
  Kind kind = Kind::midi;
  bool named = false;   // given itself, not found in a folder
  std::string problem;  // why it cannot be read; empty if it can
  bool bad = false;     // the problem is the file's fault: it counts as unreadable
};

/// A split.json and the folder whose files it names.
struct SplitFile {
  std::filesystem::path path;
  std::string folder;  // the prefix of the names of that folder's files: "" or "x/y/"
};

struct MusicFiles {
  std::vector<MusicFile> files;  // in the order of the paths, and by name below each
  std::vector<SplitFile> splits;
};

/// Searches files and folders, recursively. Below a folder, files named .mid, .midi, .kar, .abc,
/// .json or .pack (in any case) are music; a file that is given itself may have any name. Links are
/// followed, but every folder is entered and every file listed only once, so that loops of links
/// end and overlapping paths read nothing twice. An entry that is named like music and cannot be
/// read (a folder called x.mid, a broken link, a pipe, a folder without permission) is listed with
/// its problem. Hidden folders are not entered; hidden files are listed as left out.
/// Throws Error if a path does not exist.
MusicFiles find_music(std::span<const std::filesystem::path> paths);

}  // namespace toccata::corpus
