#pragma once
// Devices for tests: an output that remembers, a clock that needs no time, and an input that plays
// what it is given.

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/stop.h"
#include "playing/output.h"

namespace toccata::playing {

/// Checks what a device must never be told, and can be unplugged.
class FakeOutput : public Output {
 public:
  void note_on(int pitch, int velocity) override {
    demand_there();
    EXPECT_TRUE(sounding.insert(pitch).second) << "struck twice without an end: " << pitch;
    EXPECT_GE(velocity, 1);
    ++begun;
    log.emplace_back(pitch, true);
  }
  void note_off(int pitch) override {
    demand_there();
    EXPECT_EQ(sounding.erase(pitch), 1u) << "an end without a beginning: " << pitch;
    log.emplace_back(pitch, false);
  }
  void silence() noexcept override {
    if (there) sounding.clear();
    ++silenced;
  }
  bool recover() override {
    ++tries;
    there = there || (back_after > 0 && tries >= back_after);
    return there;
  }
  std::string name() const override { return "the fake"; }

  /// What sounds on in a device that was unplugged stays in it.
  bool there = true;
  int back_after = 0;  // recover succeeds at this try; 0: never
  int tries = 0, begun = 0, silenced = 0;
  std::set<int> sounding;
  std::vector<std::pair<int, bool>> log;

 private:
  void demand_there() const {
    if (!there) fail("unplugged");
  }
};

/// Time passes only by sleeping, and by `cost` each time it is asked for. `at` is called after each
/// sleep.
class FakeClock : public AlarmClock {
 public:
  double seconds() const override { return time += cost; }
  void sleep_until(double until) override {
    time = std::max(time, until + late);
    if (at) at(time);
  }
  mutable double time = 1000;
  double cost = 0, late = 0;
  std::function<void(double time)> at;
};

class FakeInput : public Input {
 public:
  std::vector<HeardNote> heard() override { return std::exchange(notes, {}); }
  std::vector<HeardNote> notes;
};

}  // namespace toccata::playing
