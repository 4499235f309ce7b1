#pragma once
// The terminal: whether there is one, how wide it is, and its keys one by one.

#include <memory>
#include <optional>
#include <string>

namespace toccata {

/// Whether standard error is a terminal; sequences such as "\x1b[K" work from then on where it is.
bool stderr_is_terminal();
/// Whether somebody watches standard output.
bool stdout_is_terminal();

/// Its width; 80 where it is not told.
int terminal_columns();

/// Standard input without waiting for it. On a terminal: key by key, unechoed, and as it was before
/// when this object goes. A program in the background leaves the terminal alone.
class StandardInput {
 public:
  StandardInput();
  ~StandardInput();
  StandardInput(const StandardInput&) = delete;
  StandardInput& operator=(const StandardInput&) = delete;

  bool is_terminal() const { return before_ != nullptr; }
  /// What has come since; empty where nothing has; none at the end.
  std::optional<std::string> read();

 private:
  struct Before;
  std::unique_ptr<Before> before_;  // how the terminal was, where it is one
};

}  // namespace toccata
