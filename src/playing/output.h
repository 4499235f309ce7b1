#pragma once
// Where live music goes to, where it is heard from, and whose time it keeps:
// interfaces so small that a port, a sound card and a test can each be one.

#include <string>
#include <vector>

namespace toccata::playing {

class Output {
 public:
  virtual ~Output() = default;
  /// These two throw Error where the device is gone.
  virtual void note_on(int pitch, int velocity) = 0;
  virtual void note_off(int pitch) = 0;
  /// Ends whatever may sound, known to us or not; pedal up. Where the device is
  /// gone, nothing.
  virtual void silence() noexcept = 0;
  /// After an Error: tries to reach the device anew. True where it can be
  /// played again.
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

class Clock {
 public:
  virtual ~Clock() = default;
  /// Seconds from any fixed moment on; never backwards.
  virtual double now() = 0;
  /// Returns at that time, or earlier where something else wants attention (a
  /// signal, say).
  virtual void sleep_until(double time) = 0;
};

/// The processor's own clock.
class SteadyClock : public Clock {
 public:
  double now() override;
  void sleep_until(double time) override;
};

}  // namespace toccata::playing
