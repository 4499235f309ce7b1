#pragma once
// The devices of live playing: interfaces so small that a MIDI port, a sound card and a test can
// implement them.

#include <string>
#include <vector>

#include "base/clock.h"

namespace toccata::playing {

class Output {
 public:
  virtual ~Output() = default;
  /// These two throw Error if the device is gone.
  virtual void note_on(int pitch, int velocity) = 0;
  virtual void note_off(int pitch) = 0;
  /// Ends every note, also those of others, and lifts the pedal. Does nothing if the device is
  /// gone.
  virtual void silence() noexcept = 0;
  /// After an Error: tries to open the device again. True if it plays.
  virtual bool recover() = 0;
  /// For messages: "the port FLUID Synth".
  virtual std::string name() const = 0;
};

struct HeardNote {
  int pitch = 60;
  bool on = true;  // false: it ends
};

class Input {
 public:
  virtual ~Input() = default;
  /// What was played since the last call, in order.
  virtual std::vector<HeardNote> heard() = 0;
};

class AlarmClock : public Clock {
 public:
  /// Returns at that time of seconds(), or earlier (after a signal, say).
  virtual void sleep_until(double time) = 0;
};

/// The processor's own clock.
class SteadyAlarmClock : public AlarmClock {
 public:
  double seconds() const override;
  void sleep_until(double time) override;
};

}  // namespace toccata::playing
