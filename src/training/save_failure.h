#pragma once
// What options.save_failure means: where something cannot be written, the run ends, or it warns and
// goes on.

#include <string>

#include "base/error.h"
#include "base/progress.h"
#include "training/observer.h"
#include "training/options.h"
#include "training/ranks.h"

namespace toccata::training {

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
