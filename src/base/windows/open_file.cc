#include "base/open_file.h"

#include <algorithm>

#include "base/windows/windows.h"

namespace toccata {
namespace {

constexpr DWORD kShare = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;

HANDLE as_handle(std::intptr_t handle) {
  return reinterpret_cast<HANDLE>(handle);
}

FileFacts facts_of(HANDLE handle) {
  FileFacts facts;
  if (::GetFileType(handle) != FILE_TYPE_DISK) {
    facts.kind = FileFacts::Kind::other;
    return facts;
  }
  BY_HANDLE_FILE_INFORMATION found{};
  if (!::GetFileInformationByHandle(handle, &found)) return facts;
  const auto whole = [](DWORD high, DWORD low) { return std::uint64_t{high} << 32 | low; };
  facts.kind = found.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY ? FileFacts::Kind::folder
                                                                 : FileFacts::Kind::regular;
  facts.size = whole(found.nFileSizeHigh, found.nFileSizeLow);
  facts.identity = {found.dwVolumeSerialNumber, whole(found.nFileIndexHigh, found.nFileIndexLow)};
  return facts;
}

HANDLE open(const std::filesystem::path& path, OpenFile::For purpose) {
  DWORD access = GENERIC_READ, creation = OPEN_EXISTING, flags = FILE_ATTRIBUTE_NORMAL;
  switch (purpose) {
    case OpenFile::For::reading:
      flags = FILE_FLAG_BACKUP_SEMANTICS;  // folders open, too, and are told apart by examine()
      break;
    case OpenFile::For::writing:
      access = GENERIC_WRITE;
      creation = CREATE_NEW;
      break;
    case OpenFile::For::appending:
      access = FILE_APPEND_DATA | SYNCHRONIZE;
      creation = OPEN_ALWAYS;
      break;
    case OpenFile::For::syncing:
      access = GENERIC_WRITE;  // FlushFileBuffers asks for it
      break;
  }
  return ::CreateFileW(path.c_str(), access, kShare, nullptr, creation, flags, nullptr);
}

}  // namespace

FileFacts examine(const std::filesystem::path& path) {
  const Handle handle(::CreateFileW(path.c_str(), FILE_READ_ATTRIBUTES, kShare, nullptr,
                                    OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, nullptr));
  return handle.valid() ? facts_of(handle.get()) : FileFacts{};
}

OpenFile::OpenFile(const std::filesystem::path& path, For purpose)
    : handle_(reinterpret_cast<std::intptr_t>(open(path, purpose))) {
  static_assert(sizeof(HANDLE) == sizeof handle_);
}

OpenFile::~OpenFile() {
  if (is_open()) ::CloseHandle(as_handle(handle_));
}

FileFacts OpenFile::examine() const {
  return facts_of(as_handle(handle_));
}

std::ptrdiff_t OpenFile::read(std::span<std::uint8_t> to) {
  constexpr std::size_t kBlock = 1u << 30;  // a DWORD counts bytes
  DWORD count = 0;
  const auto size = static_cast<DWORD>(std::min(to.size(), kBlock));
  return ::ReadFile(as_handle(handle_), to.data(), size, &count, nullptr)
             ? static_cast<std::ptrdiff_t>(count)
             : -1;
}

bool OpenFile::write(std::span<const std::uint8_t> bytes) {
  constexpr std::size_t kBlock = 1u << 30;
  while (!bytes.empty()) {
    DWORD count = 0;
    const auto size = static_cast<DWORD>(std::min(bytes.size(), kBlock));
    if (!::WriteFile(as_handle(handle_), bytes.data(), size, &count, nullptr)) return false;
    bytes = bytes.subspan(count);
  }
  return true;
}

bool OpenFile::sync() {
  return ::FlushFileBuffers(as_handle(handle_)) != 0;
}

bool OpenFile::close() {
  const HANDLE handle = as_handle(handle_);
  handle_ = kNone;
  return ::CloseHandle(handle) != 0;
}

bool sync_folder(const std::filesystem::path&) {
  return true;  // rename_over writes names through; Windows has no call for a folder
}

bool rename_over(const std::filesystem::path& from, const std::filesystem::path& to) {
  return ::MoveFileExW(from.c_str(), to.c_str(),
                       MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH) != 0;
}

bool make_private_folder(const std::filesystem::path& folder) {
  return ::CreateDirectoryW(folder.c_str(), nullptr) != 0;  // as private as the user's own folder
}

}  // namespace toccata
