#include "base/folder_lock.h"

#include "base/error.h"
#include "base/windows/windows.h"

namespace toccata {

// A folder's handle cannot be locked: a file in it, which is gone with its last handle, is opened
// without sharing.
FolderLock::FolderLock(const std::filesystem::path& folder)
    : handle_(reinterpret_cast<std::intptr_t>(
          ::CreateFileW((folder / L".lock").c_str(), GENERIC_WRITE, 0, nullptr, OPEN_ALWAYS,
                        FILE_ATTRIBUTE_HIDDEN | FILE_FLAG_DELETE_ON_CLOSE, nullptr))) {
  if (reinterpret_cast<HANDLE>(handle_) != INVALID_HANDLE_VALUE) return;
  held_ = ::GetLastError() != ERROR_SHARING_VIOLATION && ::GetLastError() != ERROR_DELETE_PENDING;
  if (held_) fail("{}: cannot be opened: {}", folder.string(), system_reason());
}

FolderLock::~FolderLock() {
  if (const auto handle = reinterpret_cast<HANDLE>(handle_); handle != INVALID_HANDLE_VALUE)
    ::CloseHandle(handle);
}

}  // namespace toccata
