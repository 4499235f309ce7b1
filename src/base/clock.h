#pragma once
// Time as an interface, so that tests need none.

#include <chrono>

namespace toccata {

class Clock {
 public:
  virtual ~Clock() = default;
  /// Seconds from any fixed moment on; never backwards.
  virtual double seconds() const = 0;
};

/// The processor's own, from when it is made.
class SteadyClock : public Clock {
 public:
  /// `already`: seconds that had passed then.
  explicit SteadyClock(double already = 0) : already_(already) {}
  double seconds() const override {
    return already_ +
           std::chrono::duration<double>(std::chrono::steady_clock::now() - begun_).count();
  }

 private:
  double already_;
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

}  // namespace toccata
