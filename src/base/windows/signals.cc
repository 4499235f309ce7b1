#include "base/signals.h"

#include <csignal>

#include "base/windows/windows.h"

namespace toccata {
namespace {

Stop* listener = nullptr;

// Runs in a thread of the system's own.
BOOL WINAPI on_event(DWORD event) {
  const int signal = event == CTRL_C_EVENT || event == CTRL_BREAK_EVENT ? SIGINT : SIGTERM;
  if (listener->requested()) ::ExitProcess(static_cast<UINT>(128 + signal));
  listener->request(signal);
  // After a closed console or at a shutdown the process ends as soon as this returns.
  if (signal == SIGTERM) ::Sleep(INFINITE);
  return TRUE;
}

}  // namespace

void listen_for_signals(Stop& stop) {
  listener = &stop;
  ::SetConsoleCtrlHandler(on_event, TRUE);
}

HangUp::HangUp() = default;

bool HangUp::happened() const {
  return false;
}

}  // namespace toccata
