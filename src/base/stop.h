#pragma once
// Polite requests: to end (whoever runs long looks at it between steps, brings its work into safety
// and leaves), or to bring the work into safety and go on.

#include <atomic>

namespace toccata {

class Stop {
 public:
  /// Safe to call from a signal handler.
  void request(int signal) { signal_.store(signal, std::memory_order_relaxed); }
  bool requested() const { return signal_.load(std::memory_order_relaxed) != 0; }
  /// The signal that asked (SIGINT, SIGTERM…), 0 while none did.
  int signal() const { return signal_.load(std::memory_order_relaxed); }

  /// Safe to call from a signal handler. How often it was: whoever saves remembers what it served.
  void request_save() { saves_.fetch_add(1, std::memory_order_relaxed); }
  int saves_requested() const { return saves_.load(std::memory_order_relaxed); }

 private:
  std::atomic<int> signal_{0}, saves_{0};
  static_assert(std::atomic<int>::is_always_lock_free);
};

}  // namespace toccata
