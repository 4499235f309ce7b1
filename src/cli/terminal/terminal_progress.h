#pragma once
// Progress for people: on a terminal a bar with rate and time left, redrawn in place; in a log a
// line per minute. What a command prints goes through here too, so that no bar runs into it.

#include <cstdio>
#include <functional>
#include <mutex>
#include <string>

#include "base/progress.h"

namespace toccata::cli {

class TerminalProgress : public Progress {
 public:
  /// Where it writes, and what the time is.
  struct Place {
    std::FILE* messages = stderr;
    std::FILE* results = stdout;
    bool terminal = false;  // messages go to one: a bar is drawn
    bool watched = false;   // results do
    bool colours = false;
    std::function<double()> seconds;  // from any moment on
  };
  /// stderr and stdout; colours where NO_COLOR is unset (no-color.org).
  TerminalProgress();
  explicit TerminalProgress(Place place);

  void begin(std::string_view what, std::uint64_t total, std::string_view unit) override;
  void update(std::uint64_t done, std::string_view note) override;
  void end() override;
  void message(std::string_view text) override;
  void warning(std::string_view text) override;

  /// A line of what the command was asked for: standard output. The bar gives way to it.
  void print(std::string_view line);
  /// Somebody watches standard output: what a program reads may be shorter.
  bool watched() const { return place_.watched; }

 private:
  void draw();
  void clear();

  const Place place_;
  std::mutex mutex_;  // messages may come from several threads
  bool active_ = false;
  std::string what_, unit_, note_;
  std::uint64_t total_ = 0, done_ = 0;
  double begun_ = 0, drawn_ = 0;  // seconds; in a log: the last line
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

/// The same as a line of a log: "training: 120/1200 s, epoch 2.10, -4.310 nats per step, 18:00
/// left".
std::string log_line(const ProgressState& state);

}  // namespace toccata::cli
