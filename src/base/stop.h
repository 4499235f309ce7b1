#pragma once
// A polite request to end: whoever runs long looks at it between steps, brings its work into safety
// and leaves.

#include <atomic>

namespace toccata {

class Stop {
 public:
  /// Safe to call from a signal handler.
  void request(int signal) { signal_.store(signal, std::memory_order_relaxed); }
  bool requested() const { return signal_.load(std::memory_order_relaxed) != 0; }
  /// The signal that asked (SIGINT, SIGTERM…), 0 while none did.
  int signal() const { return signal_.load(std::memory_order_relaxed); }

 private:
  std::atomic<int> signal_{0};
  static_assert(std::atomic<int>::is_always_lock_free);
};

}  // namespace toccata
