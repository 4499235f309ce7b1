#pragma once
// A file in the address space, as long as anyone holds it.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

namespace toccata {

class FileMap {
 public:
  /// Throws Error where the file cannot be opened or mapped, and where it is empty. Reading is
  /// expected everywhere, in no order.
  explicit FileMap(const std::filesystem::path& file);
  ~FileMap();
  FileMap(const FileMap&) = delete;
  FileMap& operator=(const FileMap&) = delete;

  std::span<const std::uint8_t> bytes() const { return {begin_, size_}; }

 private:
  const std::uint8_t* begin_ = nullptr;
  std::size_t size_ = 0;
};

/// Tells the system that this process is done with a part of a FileMap for now: its pages need not
/// stay in memory. Reading it again is fine.
void release_pages(std::span<const std::uint8_t> part);

}  // namespace toccata
