#pragma once
// Live music: composed one step ahead of what sounds, in time, and changed while it plays.

#include <cstdint>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/progress.h"
#include "base/stop.h"
#include "composing/order.h"
#include "playing/controls.h"
#include "playing/jitter.h"
#include "playing/live_composer.h"
#include "playing/output.h"

namespace toccata::playing {

struct PlayOptions {
  composing::Order order;  // its live fields can change later; its meter holds throughout
  composing::Resources resources = {.threads = 1};
  std::int64_t steps = 0;  // stop after so many; 0: endless
  double rest = 2;         // bars of silence after which a new piece begins
  double patience = 0;     // seconds to wait for a lost device; 0: for ever
  // Called after each step, with all that sounded in it, played in or composed. grid: steps per
  // quarter note.
  std::function<void(const PastStep& step, int grid)> sounded = {};
  // For the command `model NAME`. Called on a thread of its own; throws Error if there is no such
  // model.
  std::function<std::shared_ptr<const network::Model>(const std::string& name)> load = {};
};

/// A command that changed the music, for the receipt.
struct Change {
  std::int64_t step = 0;  // the first that it changed
  std::string line;       // as given
};

struct PlayReport {
  std::int64_t steps = 0;   // that sounded
  std::int64_t notes = 0;   // begun
  std::int64_t heard = 0;   // notes that were played in
  std::int64_t pieces = 1;  // begun
  int lost = 0;             // times that the device was gone
  Jitter lateness;          // of each step's notes, against the beat
  Jitter composing;         // time that composing a step took
  std::vector<Change> changes;
};
OrderedJson to_json(const PlayReport& report);

class Player {
 public:
  /// Returns the commands given since the last call, one per line. Called once per step.
  using Lines = std::function<std::vector<std::string>()>;

  /// `input` may be null. The devices, the clock and `progress` must outlive this object.
  Player(std::shared_ptr<const network::Model> model, const PlayOptions& options, Output& output,
         Input* input, AlarmClock& clock, Progress& progress);
  ~Player();

  /// Plays until `stop` is requested, the command `quit` comes, or options.steps have been played.
  /// No note goes on sounding afterwards, not even after an exception. A line that is no command
  /// becomes a warning. If the device is lost, the music waits until it is back; throws Error if
  /// that takes longer than options.patience.
  PlayReport run(const Lines& lines, const Stop& stop);

 private:
  struct NextModel;
  bool take_lines(const Lines& lines);
  void take_input(PastStep& step);
  void load_model(const std::string& name);
  void take_model();
  void compose();
  void sound(double time);
  void lost(const std::string& why, const Stop& stop);
  double step_seconds() const;
  network::StepPlace place() const;
  music::MeterAt meter() const;

  PlayOptions options_;
  composing::Order order_;
  Output& output_;
  Input* input_;
  AlarmClock& clock_;
  Progress& progress_;
  std::unique_ptr<LiveComposer> composer_;
  std::unique_ptr<NextModel> next_model_;
  Past past_;
  PastStep next_;                     // composed, and to sound next
  std::map<int, bool> played_in_;     // pitches held on the input; true: struck in this step
  std::array<bool, 128> sounding_{};  // pitches held on the output
  int step_ = 0;                      // in the piece
  int silent_ = 0;                    // steps since something sounded
  PlayReport report_;
};

}  // namespace toccata::playing
