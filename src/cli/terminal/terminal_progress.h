#pragma once
// Progress for people: on a terminal a bar with rate and time left, redrawn in place; elsewhere
// only messages and warnings.

#include <chrono>
#include <cstdio>
#include <mutex>
#include <string>

#include "base/progress.h"

namespace toccata::cli {

class TerminalProgress : public Progress {
 public:
  /// Writes to stderr. A bar is drawn where it is a terminal, colours where NO_COLOR is unset too
  /// (no-color.org).
  TerminalProgress();
  void begin(std::string_view what, std::uint64_t total, std::string_view unit) override;
  void update(std::uint64_t done, std::string_view note) override;
  void end() override;
  void message(std::string_view text) override;
  void warning(std::string_view text) override;

 private:
  using Clock = std::chrono::steady_clock;
  void draw();
  void clear();

  const bool terminal_, colours_;
  std::mutex mutex_;  // messages may come from several threads
  bool active_ = false;
  std::string what_, unit_, note_;
  std::uint64_t total_ = 0, done_ = 0;
  Clock::time_point begun_, drawn_;
};

/// What a bar shows.
struct ProgressState {
  std::string what, unit, note;
  std::uint64_t total = 0, done = 0;  // total 0: not known
  double seconds = 0;                 // since it began
};

/// The bar as one line of up to `columns` columns: what, bar, count, rate, time left, note. The
/// note (the loss) and the time left are what people watch: they stay longest.
std::string progress_line(const ProgressState& state, int columns);

}  // namespace toccata::cli
