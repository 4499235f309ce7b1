#pragma once
// A lock on a folder, held by one process at a time.

#include <cstdint>
#include <filesystem>

namespace toccata {

/// Freed when this object goes, and by the system when the process ends, however it ends.
class FolderLock {
 public:
  /// Throws Error where the folder cannot be opened. On a file system without locks the lock counts
  /// as held.
  explicit FolderLock(const std::filesystem::path& folder);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

  /// False where another process holds it.
  bool held() const { return held_; }

 private:
  [[maybe_unused]] std::intptr_t handle_;  // a descriptor, or Windows' HANDLE
  bool held_ = true;
};

}  // namespace toccata
