#pragma once
// What training tells about itself while it runs, and what it does where that cannot be written.
// The room of tasks attaches progress, metrics, graphs and sample music to it; training knows none
// of them.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "base/error.h"
#include "base/progress.h"
#include "network/model/weights.h"
#include "training/options.h"
#include "training/ranks.h"

namespace toccata::training {

// Losses are negative log-likelihoods in nats per time step: positive, lower is better.

struct StartReport {
  network::Config config;
  std::size_t parameters = 0;
  std::string engine;
  std::int64_t train_pieces = 0, valid_pieces = 0, test_pieces = 0;
  std::int64_t train_steps = 0, valid_steps = 0, test_steps = 0;
  std::optional<double> baseline;  // marginal frequencies, on the pieces that validation judges
  double baseline_train = 0;       // the same on the training pieces
  std::int64_t begun_at = 0;       // updates done before: 0, or a resumed run's place
  std::int64_t updates = 0;        // that there will be; an estimate where minutes were given
};

struct UpdateReport {
  std::int64_t update = 0;   // updates done, this one included
  std::int64_t updates = 0;  // that there will be
  double epoch = 0;
  double nats = 0;  // of this batch, with dropout
  double learning_rate = 0;
  double gradient_norm = 0;
  double seconds = 0;  // since the run began, over all resumptions
};

struct ValidationReport {
  std::int64_t update = 0;
  double epoch = 0;
  double seconds = 0;
  double train_nats = 0;             // mean since the validation before, with dropout
  std::optional<double> valid_nats;  // nothing where no piece is held out
  bool whole = true;                 // all held-out pieces, not a sample of them
  bool best = false;                 // so far
  double learning_rate = 0;
  double gradient_norm = 0;          // of the last update
  double note_steps_per_second = 0;  // since the validation before, without validating
};

struct SaveReport {
  std::int64_t update = 0;
  std::filesystem::path path;   // the checkpoint's folder
  const network::Model& model;  // as saved
};

enum class EndReason {
  finished,  // as many updates as asked for
  patience,  // validation did not get better any more
  stopped,   // asked to
};

struct EndReport {
  EndReason reason = EndReason::finished;
  std::int64_t update = 0;
  double epoch = 0;
  double seconds = 0;
  double waited = 0;  // of them, in this process, for other processes and for what they sent
  // Of the model that was kept, on whole pieces; nothing where the run was stopped or has no such
  // pieces.
  std::optional<double> valid_nats, test_nats;
  std::optional<double> baseline;  // marginal frequencies, on the pieces of valid_nats
  bool whole = true;               // all held-out pieces, not a sample of them for want of time
};

class Observer {
 public:
  virtual ~Observer() = default;
  virtual void on_start(const StartReport&) {}
  virtual void on_update(const UpdateReport&) {}
  virtual void on_validation(const ValidationReport&) {}
  virtual void on_save(const SaveReport&) {}
  virtual void on_end(const EndReport&) {}
};

inline void warn_of_failure(Progress& progress, const std::string& why) {
  progress.warning(fmt::format("{}; training goes on, and the next save tries again", why));
}

/// Calls `write` in the first process and tells all of them whether it was written: true where it
/// was. An Error of it is thrown in all of them, or, with SaveFailure::go_on, becomes a warning.
template <typename Write>
bool written(SaveFailure on_failure, Ranks& ranks, Progress& progress, Write&& write) {
  std::string why;
  if (ranks.first()) {
    try {
      write();
    } catch (const Error& error) {
      why = error.what();
      if (ranks.count() == 1 && on_failure == SaveFailure::stop) throw;
    }
  }
  why = ranks.broadcast(why);
  if (why.empty()) return true;
  if (on_failure == SaveFailure::stop) fail("{}{}", ranks.first() ? "" : "process 0: ", why);
  warn_of_failure(progress, why);
  return false;
}

/// Passes all reports on to an observer, whose curves, graphs and sample music are written under
/// the same rule.
class WritingObserver : public Observer {
 public:
  WritingObserver(Observer& observer, SaveFailure on_failure, Progress& progress)
      : observer_(observer), on_failure_(on_failure), progress_(progress) {}

  void on_start(const StartReport& report) override { observer_.on_start(report); }
  void on_update(const UpdateReport& report) override { observer_.on_update(report); }
  void on_validation(const ValidationReport& report) override {
    under_the_rule([&] { observer_.on_validation(report); });
  }
  void on_save(const SaveReport& report) override {
    under_the_rule([&] { observer_.on_save(report); });
  }
  void on_end(const EndReport& report) override { observer_.on_end(report); }

 private:
  template <typename Write>
  void under_the_rule(Write&& write) {
    try {
      write();
    } catch (const Error& error) {
      if (on_failure_ == SaveFailure::stop) throw;
      warn_of_failure(progress_, error.what());
    }
  }

  Observer& observer_;
  SaveFailure on_failure_;
  Progress& progress_;
};

}  // namespace toccata::training
