#pragma once
// What has sounded, composed or played in. By MIDI pitch, so that any model can hear it.

#include <array>
#include <cstdint>
#include <deque>

#include "network/model/input_kernel.h"

namespace toccata::playing {

struct PastStep {
  std::array<std::uint8_t, 128> cells{};  // by MIDI pitch, as in roll.h
  network::StepPlace place;
};

/// The last steps, and no more: music may go on for days.
class Past {
 public:
  explicit Past(std::size_t most = 512) : most_(most) {}
  void add(const PastStep& step) {
    steps_.push_back(step);
    ++added_;
    if (steps_.size() > most_) steps_.pop_front();
  }
  void clear() { steps_.clear(); }
  const std::deque<PastStep>& steps() const { return steps_; }
  std::int64_t added() const { return added_; }  // in all

 private:
  std::size_t most_;
  std::deque<PastStep> steps_;
  std::int64_t added_ = 0;
};

}  // namespace toccata::playing
