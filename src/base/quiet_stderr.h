#pragma once

namespace toccata {

/// While this object lives, what is written to standard error goes nowhere: for calls into
/// libraries that say there what they also return. On Windows nothing is held back.
class QuietStderr {
 public:
  QuietStderr();
  ~QuietStderr();
  QuietStderr(const QuietStderr&) = delete;
  QuietStderr& operator=(const QuietStderr&) = delete;

 private:
  int kept_ = -1;
};

}  // namespace toccata
