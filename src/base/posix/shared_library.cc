#include "base/shared_library.h"

#include <dlfcn.h>

#include "base/error.h"

namespace toccata {
namespace {

std::string load_reason() {
  const char* reason = ::dlerror();
  return reason ? reason : "the system does not say why";
}

}  // namespace

SharedLibrary::SharedLibrary(const std::filesystem::path& file)
    : file_(file), handle_(::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL)) {
  if (!handle_) fail("{}: cannot be loaded: {}", file.string(), load_reason());
}

void* SharedLibrary::symbol(const std::string& name) const {
  void* found = ::dlsym(handle_, name.c_str());
  if (!found) fail("{}: has no {}: {}", file_.string(), name, load_reason());
  return found;
}

}  // namespace toccata
