#pragma once
// A library loaded while the program runs (.so, .dylib, .dll), and kept until the process ends.

#include <filesystem>
#include <string>

namespace toccata {

class SharedLibrary {
 public:
  /// Loads the library and all it needs. Throws Error with the system's words where that fails.
  explicit SharedLibrary(const std::filesystem::path& file);

  /// The function or object called `name`. Throws Error where the library has none.
  void* symbol(const std::string& name) const;
  template <typename Function>
  Function* function(const std::string& name) const {
    return reinterpret_cast<Function*>(symbol(name));
  }

 private:
  std::filesystem::path file_;
  [[maybe_unused]] void* handle_;
};

}  // namespace toccata
