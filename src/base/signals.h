#pragma once
// What the system tells a program from outside: end, save, the terminal is gone.

#include "base/stop.h"

namespace toccata {

/// From now on, being asked to end (Ctrl-C, SIGTERM; on Windows also a closed console and a
/// shutdown) is told to `stop`; a second time the process ends at once. SIGUSR1, which batch
/// systems send some time before they end a job, asks `stop` to save and go on. Call it once;
/// `stop` lives as long as the program.
void listen_for_signals(Stop& stop);

/// Whether the terminal has gone away since this object was made, which then does not end the
/// process. (Windows ends it: listen_for_signals is asked first.)
class HangUp {
 public:
  HangUp();
  bool happened() const;

 private:
  [[maybe_unused]] bool watches_ = false;
};

}  // namespace toccata
