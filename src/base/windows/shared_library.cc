#include "base/shared_library.h"

#include "base/error.h"
#include "base/windows/windows.h"

namespace toccata {

SharedLibrary::SharedLibrary(const std::filesystem::path& file)
    : file_(file),
      // What it needs is looked for beside it first.
      handle_(::LoadLibraryExW(file.c_str(), nullptr,
                               file.is_absolute() ? LOAD_WITH_ALTERED_SEARCH_PATH : 0)) {
  if (!handle_) fail("{}: cannot be loaded: {}", file.string(), system_reason());
}

void* SharedLibrary::symbol(const std::string& name) const {
  const FARPROC found = ::GetProcAddress(static_cast<HMODULE>(handle_), name.c_str());
  if (!found) fail("{}: has no {}: {}", file_.string(), name, system_reason());
  return reinterpret_cast<void*>(found);
}

}  // namespace toccata
