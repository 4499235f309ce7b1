#pragma once
// What the system is asked about files, beneath files.h: base/posix and base/windows answer.

#include <compare>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace toccata {

/// Why the last call to the system on this thread failed, in the system's words.
std::string system_reason();

/// Tells files apart, however they are named: two paths with one identity are one file.
struct FileIdentity {
  std::uint64_t device = 0, number = 0;
  // clang-tidy 14 sees a null pointer in what the compiler makes of this.
  auto operator<=>(const FileIdentity&) const = default;  // NOLINT(modernize-use-nullptr)
};

struct FileFacts {
  enum class Kind { unknown, regular, folder, other };  // other: a device, a pipe, a socket
  Kind kind = Kind::unknown;
  std::uint64_t size = 0;  // bytes, of a regular file
  FileIdentity identity;
};

/// Links are followed. Kind::unknown where the system refuses or nothing is there: system_reason().
FileFacts examine(const std::filesystem::path& path);

/// An open file, closed with this object. Nothing throws: each call tells whether it worked, and
/// system_reason() why it did not.
class OpenFile {
 public:
  enum class For {
    reading,    // never waits for a pipe's other end
    writing,    // a new file: fails where the path exists
    appending,  // at the end, made where it is missing
    syncing,    // of what another writer wrote
  };
  OpenFile(const std::filesystem::path& path, For purpose);
  ~OpenFile();
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  bool is_open() const { return handle_ != kNone; }
  FileFacts examine() const;
  /// Bytes read into `to`, 0 at the end, -1 on failure.
  std::ptrdiff_t read(std::span<std::uint8_t> to);
  /// All of `bytes`.
  bool write(std::span<const std::uint8_t> bytes);
  /// Brings what was written to the disk.
  bool sync();
  bool close();

 private:
  static constexpr std::intptr_t kNone = -1;
  std::intptr_t handle_ = kNone;  // a descriptor, or Windows' HANDLE
};

/// Brings the names in a folder to the disk, where the system has a call for that.
bool sync_folder(const std::filesystem::path& folder);

/// Renames `from` to `to` in one step; a file at `to` is replaced, a folder at `to` is not.
bool rename_over(const std::filesystem::path& from, const std::filesystem::path& to);

/// Makes a folder that nobody but its owner may look into; false where the path exists, too.
bool make_private_folder(const std::filesystem::path& folder);

}  // namespace toccata
