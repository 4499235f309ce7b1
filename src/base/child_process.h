#pragma once
// Another program, run by this one.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace toccata {

class ChildProcess {
 public:
  /// Starts `words[0]` (a path, or a name on the PATH); nothing goes through a shell. Its standard
  /// input is empty; standard output and errors are read here. Ctrl-C in our terminal does not
  /// reach it. Throws Error where it cannot be started.
  explicit ChildProcess(const std::vector<std::string>& words);
  /// Call wait() first.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  /// What it has written since the last call: waits up to 0.2 s for it, and is empty where nothing
  /// came. None when it has ended, or nothing more can come.
  std::optional<std::string> read();

  /// Asks it to leave as Ctrl-C would (on Windows Ctrl-Break). From any thread, until
  /// wait_keeping_number() has returned and wait() has been called.
  void interrupt();

  /// Waits for its end, but keeps its number, so that interrupt() reaches no other process.
  void wait_keeping_number();
  /// Waits for its end. The exit status: its code, or 128 + signal.
  int wait();

 private:
  struct System;
  std::unique_ptr<System> system_;
};

}  // namespace toccata
