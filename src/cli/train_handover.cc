#include "cli/train_handover.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <vector>

#include "base/error.h"

namespace toccata::cli {

void hand_over_to_train(int argc, char** argv) {
  namespace fs = std::filesystem;
  std::vector<char*> arguments;
  std::string name = "toccata-train";
  arguments.push_back(name.data());
  arguments.insert(arguments.end(), argv + 2, argv + argc);
  arguments.push_back(nullptr);
  std::error_code code;
  const fs::path beside = fs::read_symlink("/proc/self/exe", code).parent_path() / name;
  if (!code && fs::exists(beside)) {
    ::execv(beside.c_str(), arguments.data());
    fail("{}: cannot be started: {}", beside.string(), std::strerror(errno));
  }
  ::execvp(name.c_str(), arguments.data());
  fail(
      "toccata-train is not installed (looked for it beside this program and on the PATH); build "
      "it with ./dev build");
}

}  // namespace toccata::cli
