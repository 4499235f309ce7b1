#pragma once
// A program run as a child, its messages read line by line.

#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/child_process.h"

namespace toccata::studio {

class Child {
 public:
  /// Starts it as ChildProcess does. `ended` is called, from a thread of this object, once it has
  /// ended. Throws Error where it cannot be started.
  Child(const std::vector<std::string>& words, std::function<void()> ended);
  /// Asks it to end, and waits.
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// As Ctrl-C, once: it saves and leaves. (Asked twice, it would leave without.)
  void interrupt();
  bool running() const;
  /// The exit status: its code, or 128 + signal. None while it runs.
  std::optional<int> status() const;
  /// The last lines it wrote, the oldest first.
  std::vector<std::string> lines() const;
  /// How many lines it has written so far.
  std::size_t written() const;

 private:
  void read();
  void take(std::string_view text);

  static constexpr std::size_t kMostLines = 200, kLongestLine = 2000;
  ChildProcess process_;
  mutable std::mutex mutex_;
  std::deque<std::string> lines_;
  std::string unfinished_;
  std::size_t written_ = 0;
  std::optional<int> status_;
  bool interrupted_ = false;
  std::function<void()> ended_;
  std::thread reader_;
};

}  // namespace toccata::studio
