#include "cli/shell/completion.h"

namespace toccata::cli {

std::string completion(const CommandFacts& program, Shell shell) {
  switch (shell) {
    case Shell::bash:
      return bash_completion(program);
    case Shell::zsh:
      return zsh_completion(program);
    case Shell::fish:
      break;
  }
  return fish_completion(program);
}

}  // namespace toccata::cli
