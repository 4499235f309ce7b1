#pragma once
// Which files below the paths given hold music, and what each is called.

#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace toccata::corpus {

struct MusicFile {
  enum class Kind { midi, abc, json, pack };
  std::filesystem::path path;
  std::string name;  // unique, UTF-8: relative to the folder given; where several paths were given,
                     // behind the last part of its path, or the whole path where that part is not
                     // its own
  Kind kind = Kind::midi;
  bool named = false;   // given itself, not found in a folder
  std::string problem;  // why it is not to be read; empty where it is
  bool bad = false;     // the problem is the file's fault: it counts as unreadable
};

/// A split.json and the folder whose files it names.
struct SplitFile {
  std::filesystem::path path;
  std::string folder;  // what stands before the names of that folder's files: "" or "x/y/"
};

struct MusicFiles {
  std::vector<MusicFile> files;  // in the order of the paths, and by name below each
  std::vector<SplitFile> splits;
};

/// Looks through files and folders, recursively. Below a folder, music is what is called .mid,
/// .midi, .kar, .abc, .json or .pack in any case; a file that is given itself may have any name.
/// Links are followed, but every folder is entered and every file listed once, so that loops of
/// links end and overlapping paths read nothing twice. What looks like music and cannot be read (a
/// folder called x.mid, a broken link, a pipe, a folder without permission) is listed with its
/// problem. Hidden folders are not entered, hidden files listed as left out.
/// Throws Error where a path does not exist.
MusicFiles find_music(std::span<const std::filesystem::path> paths);

}  // namespace toccata::corpus
