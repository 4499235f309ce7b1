#include "base/file_map.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/open_file.h"

namespace toccata {

FileMap::FileMap(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) fail("{}: cannot be opened: {}", file.string(), system_reason());
  struct stat status {};
  const bool known = ::fstat(descriptor, &status) == 0;
  const auto size = static_cast<std::size_t>(status.st_size);
  void* begin = MAP_FAILED;
  if (known && size > 0) begin = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, descriptor, 0);
  const std::string why = known && size == 0 ? "it is empty" : system_reason();
  ::close(descriptor);
  if (begin == MAP_FAILED) fail("{}: cannot be mapped: {}", file.string(), why);
  // Reading ahead would only fill memory.
  ::madvise(begin, size, MADV_RANDOM);
  begin_ = static_cast<const std::uint8_t*>(begin);
  size_ = size;
}

FileMap::~FileMap() {
  ::munmap(const_cast<std::uint8_t*>(begin_), size_);
}

void release_pages(std::span<const std::uint8_t> part) {
  // The system keeps the pages for the next reader.
  static const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto begin = reinterpret_cast<std::uintptr_t>(part.data()) / page * page;
  const auto end = reinterpret_cast<std::uintptr_t>(part.data() + part.size());
  ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

}  // namespace toccata
