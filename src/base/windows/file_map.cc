#include "base/file_map.h"

#include "base/error.h"
#include "base/windows/windows.h"

namespace toccata {

FileMap::FileMap(const std::filesystem::path& file) {
  const Handle opened(::CreateFileW(file.c_str(), GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_DELETE,
                                    nullptr, OPEN_EXISTING, FILE_FLAG_RANDOM_ACCESS, nullptr));
  if (!opened.valid()) fail("{}: cannot be opened: {}", file.string(), system_reason());
  LARGE_INTEGER size{};
  if (!::GetFileSizeEx(opened.get(), &size))
    fail("{}: cannot be examined: {}", file.string(), system_reason());
  if (size.QuadPart == 0) fail("{}: cannot be mapped: it is empty", file.string());
  // The view keeps what it needs of both handles.
  const Handle mapping(::CreateFileMappingW(opened.get(), nullptr, PAGE_READONLY, 0, 0, nullptr));
  const void* begin =
      mapping.valid() ? ::MapViewOfFile(mapping.get(), FILE_MAP_READ, 0, 0, 0) : nullptr;
  if (!begin) fail("{}: cannot be mapped: {}", file.string(), system_reason());
  begin_ = static_cast<const std::uint8_t*>(begin);
  size_ = static_cast<std::size_t>(size.QuadPart);
}

FileMap::~FileMap() {
  ::UnmapViewOfFile(begin_);
}

void release_pages(std::span<const std::uint8_t> part) {
  // Unlocking pages that were never locked takes them out of the working set; the error it then
  // reports is how it is documented.
  ::VirtualUnlock(const_cast<std::uint8_t*>(part.data()), part.size());
}

}  // namespace toccata
