#pragma once
// Music that was dropped on the page to train on: copies of the files, in folders that the page
// named, below one folder of the studio's own. Nothing is ever written or removed outside it.

#include <cstddef>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "studio/training_order.h"

namespace toccata::studio {

struct DroppedLimits {
  std::size_t files = 20000;                       // of a folder
  std::size_t bytes = std::size_t{2} << 30;        // of all folders together
  std::size_t file_bytes = std::size_t{16} << 20;  // of a file
};

class DroppedMusic {
 public:
  /// `root`: made when the first file comes.
  explicit DroppedMusic(std::filesystem::path root, DroppedLimits limits = {});

  const DroppedLimits& limits() const { return limits_; }
  /// By name.
  std::vector<NamedFolder> folders() const;
  /// Keeps a file in `folder`. Its name's ending must be .mid, .midi, .kar or .abc; letters that
  /// file systems disagree about become '_', and another file of the same name makes it NAME-2.
  /// The same file again changes nothing. Throws Error (usage).
  void add(std::string_view folder, std::string_view file, std::string_view bytes);
  /// Throws Error (usage) where there is no such folder.
  void remove(std::string_view folder);

 private:
  struct Held {
    std::size_t files = 0, bytes = 0;
  };
  Held& held(const std::string& folder);

  const std::filesystem::path root_;
  const DroppedLimits limits_;
  mutable std::mutex mutex_;
  std::map<std::string, Held> held_;  // of the folders that this studio has written to
};

/// "a/b/Für Elise?.mid" to "Für Elise_.mid": what a file may be called here. Throws Error (usage)
/// where it is no name of a file of music.
std::string dropped_name(std::string_view name);

}  // namespace toccata::studio
