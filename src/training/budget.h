#pragma once
// Keeps a run within its minutes: counts what each kind of work takes, and says how many updates
// still fit before the end, with time kept back for judging the model then. No clock in here: every
// time is told, in seconds since the run began.

#include <cstdint>

namespace toccata::training {

struct BudgetOptions {
  double seconds = 0;                          // of the whole run
  int validate_every = 100, save_every = 500;  // updates
  // What the work is expected to take until it has been seen; seconds.
  double update = 0, judged_frame = 0, save = 0;
  double leave = 0;                // the last graph, and the program's end
  std::int64_t judged_frames = 0;  // time steps to judge at the end, if there is time
};

class Budget {
 public:
  /// At most this share of the time is kept back for judging at the end.
  static constexpr double kJudging = 0.1;

  explicit Budget(const BudgetOptions& options) : told_(options) {}

  // What work took, in seconds.
  void learned(double seconds);
  void looked(double seconds) { look_ = seconds; }
  void saved(double seconds) { told_.save = seconds; }
  void judges_a_frame_in(double seconds) { told_.judged_frame = seconds; }

  /// True when another update would rather end after the time to judge than before it.
  bool over(double now) const { return now + told_.update / 2 >= end(); }
  /// Updates of the whole run as it looks at `now`, `done` of them done: at least one more.
  std::int64_t updates(std::int64_t done, double now) const;
  /// The share of the frames to judge that there is time for: 0 to 1.
  double judged_share() const;

 private:
  double kept_back() const;
  double end() const { return told_.seconds - kept_back(); }

  BudgetOptions told_;
  double look_ = 0;
  bool seen_ = false;
};

}  // namespace toccata::training
