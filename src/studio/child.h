#pragma once
// A program run as a child, its messages read line by line.

#include <sys/types.h>

#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace toccata::studio {

class Child {
 public:
  /// Starts `arguments[0]` (a path, or a name on the PATH); nothing goes through a shell. Its
  /// standard input is empty, standard output and errors are read here. `ended` is called, from a
  /// thread of this object, once it has ended. Throws Error where it cannot be started.
  Child(const std::vector<std::string>& arguments, std::function<void()> ended);
  /// Asks it to end (SIGINT), and waits.
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// SIGINT, once: it saves and leaves. (Asked twice, it would leave without.)
  void interrupt();
  bool running() const;
  /// The exit status: its code, or 128 + signal. None while it runs.
  std::optional<int> status() const;
  /// The last lines it wrote, the oldest first.
  std::vector<std::string> lines() const;
  /// How many lines it has written so far.
  std::size_t written() const;

 private:
  bool ended_already() const;
  void read(int descriptor);
  void take(std::string_view text);

  static constexpr std::size_t kMostLines = 200, kLongestLine = 2000;
  mutable std::mutex mutex_;
  std::deque<std::string> lines_;
  std::string unfinished_;
  std::size_t written_ = 0;
  std::optional<int> status_;
  bool interrupted_ = false;
  pid_t process_ = -1;
  std::function<void()> ended_;
  std::thread reader_;
};

}  // namespace toccata::studio
