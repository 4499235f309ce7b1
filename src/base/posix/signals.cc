#include "base/signals.h"

#include <signal.h>
#include <unistd.h>

namespace toccata {
namespace {

Stop* listener = nullptr;  // a signal handler can reach nothing but a global

void on_signal(int signal) {
  if (listener->requested()) ::_exit(128 + signal);  // asked twice: leave at once
  listener->request(signal);
}

void on_save_signal(int) {
  listener->request_save();
}

sigset_t hang_up_alone() {
  sigset_t signals{};
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGHUP);
  return signals;
}

}  // namespace

void listen_for_signals(Stop& stop) {
  listener = &stop;
  struct sigaction action {};
  action.sa_handler = on_signal;
  ::sigemptyset(&action.sa_mask);
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  // A wish to save must not interrupt a call that is under way.
  action.sa_handler = on_save_signal;
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGUSR1, &action, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
}

HangUp::HangUp() {
  struct sigaction now {};
  ::sigaction(SIGHUP, nullptr, &now);
  if (now.sa_handler == SIG_IGN) return;  // nohup
  const sigset_t signals = hang_up_alone();
  watches_ = ::pthread_sigmask(SIG_BLOCK, &signals, nullptr) == 0;
}

bool HangUp::happened() const {
  const sigset_t signals = hang_up_alone();
  const timespec at_once{};
  return watches_ && ::sigtimedwait(&signals, nullptr, &at_once) == SIGHUP;
}

}  // namespace toccata
