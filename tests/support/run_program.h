#pragma once
// Runs a program as a user would, and tells what it printed and how it ended.

#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "base/files.h"
#include "support/temporary_folder.h"

namespace toccata {

struct Outcome {
  int exit_code = 0;  // 128 + signal where a signal ended it
  std::string out, err;
};

/// `command` goes to /bin/sh. Standard input is empty.
inline Outcome run_shell(const std::string& command) {
  const TemporaryFolder folder;
  const auto out = folder.path() / "out", err = folder.path() / "err";
  const int status = std::system(
      ("{ " + command + "\n} </dev/null >'" + out.string() + "' 2>'" + err.string() + "'").c_str());
  Outcome outcome;
  outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  outcome.out = read_text(out);
  outcome.err = read_text(err);
  return outcome;
}

}  // namespace toccata
