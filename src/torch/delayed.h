#pragma once
// Numbers that a device makes, read on the host some updates later, so that no update waits for
// those before it.

#include <torch/types.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>

#include "training/learner.h"

namespace toccata::libtorch {

struct Figures {
  training::UpdateFigures update;
  double kept = 0;  // a sum over all that is learned and kept: finite where all of it is
};

class Delayed {
 public:
  /// Figures become due when `behind` later ones have been added; 0 for a device that is done when
  /// the call returns (the CPU).
  Delayed(torch::Device device, std::size_t behind);
  ~Delayed();

  /// `values`: nats, gradient norm and kept, (3) f64 on the device. Starts their copy and returns.
  void add(std::int64_t update, std::int64_t frames, const torch::Tensor& values);
  /// The oldest that are due, or the oldest at all; waits for their copy where it still runs.
  std::optional<Figures> next_due();
  std::optional<Figures> next();

 private:
  struct Copy;
  torch::Device device_;
  std::size_t behind_;
  std::deque<std::unique_ptr<Copy>> copies_;
};

}  // namespace toccata::libtorch
