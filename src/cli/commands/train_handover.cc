#include "cli/commands/train_handover.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "base/error.h"

namespace toccata::cli {
namespace fs = std::filesystem;

std::optional<fs::path> find_toccata_train() {
  const std::string name = "toccata-train";
  std::error_code code;
  const fs::path beside = fs::read_symlink("/proc/self/exe", code).parent_path() / name;
  if (!code && fs::exists(beside, code)) return beside;
  const char* path = std::getenv("PATH");
  std::string_view rest = path ? path : "";
  while (!rest.empty()) {
    const std::size_t colon = std::min(rest.find(':'), rest.size());
    const fs::path program = fs::path(rest.substr(0, colon)) / name;
    if (::access(program.c_str(), X_OK) == 0) return program;
    rest.remove_prefix(std::min(colon + 1, rest.size()));
  }
  return std::nullopt;
}

void hand_over_to_train(int argc, char** argv) {
  const auto program = find_toccata_train();
  if (!program)
    fail(
        "toccata-train is not installed (looked for it beside this program and on the PATH): "
        "install the package toccata-train, or build it with ./dev build");
  std::string name = "toccata-train";
  std::vector<char*> arguments = {name.data()};
  arguments.insert(arguments.end(), argv + 2, argv + argc);
  arguments.push_back(nullptr);
  ::execv(program->c_str(), arguments.data());
  fail("{}: cannot be started: {}", program->string(), std::strerror(errno));
}

}  // namespace toccata::cli
