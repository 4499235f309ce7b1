#pragma once
// Lines from standard input while something else runs: typed out, or by single keys on a terminal.

#include <string>
#include <vector>

#include "base/terminal.h"

namespace toccata::cli {

/// The command line that a key stands for in toccata play; empty where it stands for none. `m` goes
/// on to the next of `models` after `model`.
std::string line_of_key(char key, const std::vector<std::string>& models, std::string& model);

/// What the keys are, for people.
std::string keys_help();

/// On a terminal: every key at once; after ':' a whole line. Elsewhere: whole lines.
class TerminalKeys {
 public:
  /// `models` for the key m; `model` is the one that plays first.
  TerminalKeys(std::vector<std::string> models, std::string model);

  /// The lines since the last call; never waits.
  std::vector<std::string> lines();
  bool on_terminal() const { return input_.is_terminal(); }

 private:
  void take(char c, std::vector<std::string>& lines);

  std::vector<std::string> models_;
  std::string model_;
  StandardInput input_;
  bool ended_ = false;   // standard input has no more
  bool typing_ = false;  // a whole line, after ':'
  std::string line_;
};

}  // namespace toccata::cli
