#pragma once
// The time of a run, as an interface: tests have a clock of their own.

#include <chrono>

namespace toccata::training {

class Clock {
 public:
  virtual ~Clock() = default;
  /// Seconds since the work on a run began, in this process.
  virtual double seconds() const = 0;
};

class SteadyClock : public Clock {
 public:
  /// `already`: seconds that had passed when it was made.
  explicit SteadyClock(double already = 0) : already_(already) {}
  double seconds() const override {
    return already_ +
           std::chrono::duration<double>(std::chrono::steady_clock::now() - begun_).count();
  }

 private:
  double already_;
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

}  // namespace toccata::training
