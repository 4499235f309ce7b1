#include "studio/child.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/error.h"

extern char** environ;

namespace toccata::studio {

Child::Child(const std::vector<std::string>& arguments, std::function<void()> ended)
    : ended_(std::move(ended)) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail("cannot make a pipe: {}", std::strerror(errno));
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
  // A group of its own: Ctrl-C in the studio's terminal reaches it once, through us.
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  std::vector<char*> words;
  for (const std::string& argument : arguments)
    words.push_back(const_cast<char*>(argument.c_str()));
  words.push_back(nullptr);
  const int error =
      ::posix_spawnp(&process_, words.front(), &actions, &attributes, words.data(), environ);
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  if (error != 0) {
    ::close(ends[0]);
    fail("{} cannot be started: {}", arguments.front(), std::strerror(error));
  }
  reader_ = std::thread([this, end = ends[0]] { read(end); });
}

Child::~Child() {
  interrupt();
  reader_.join();
}

void Child::interrupt() {
  const std::lock_guard lock(mutex_);
  if (status_ || interrupted_) return;
  interrupted_ = true;
  ::kill(process_, SIGINT);
}

bool Child::running() const {
  return !status();
}

std::optional<int> Child::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

std::vector<std::string> Child::lines() const {
  const std::lock_guard lock(mutex_);
  return {lines_.begin(), lines_.end()};
}

std::size_t Child::written() const {
  const std::lock_guard lock(mutex_);
  return written_;
}

void Child::take(std::string_view text) {
  const std::lock_guard lock(mutex_);
  for (const char c : text) {
    if (c != '\n') {
      if (unfinished_.size() < kLongestLine) unfinished_ += c;
      continue;
    }
    lines_.push_back(std::move(unfinished_));
    unfinished_.clear();
    ++written_;
    if (lines_.size() > kMostLines) lines_.pop_front();
  }
}

bool Child::ended_already() const {
  siginfo_t info{};
  return ::waitid(P_PID, static_cast<id_t>(process_), &info, WEXITED | WNOWAIT | WNOHANG) == 0 &&
         info.si_pid == process_;
}

void Child::read(int descriptor) {
  constexpr int kPatience = 200;  // milliseconds
  std::array<char, 4096> bytes;
  for (;;) {
    // The pipe may outlive the child, in the hands of a child of its own.
    pollfd ready{descriptor, POLLIN, 0};
    const int count = ::poll(&ready, 1, kPatience);
    if (count == 0 && ended_already()) break;
    if (count <= 0) continue;
    const ssize_t taken = ::read(descriptor, bytes.data(), bytes.size());
    if (taken > 0) take({bytes.data(), static_cast<std::size_t>(taken)});
    if (taken == 0 || (taken < 0 && errno != EINTR)) break;
  }
  ::close(descriptor);
  int status = 0;
  // Wait without reaping first: the process's number stays its own until status_ says it is gone.
  siginfo_t info{};
  while (::waitid(P_PID, static_cast<id_t>(process_), &info, WEXITED | WNOWAIT) != 0 &&
         errno == EINTR) {
  }
  {
    const std::lock_guard lock(mutex_);
    while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
    }
    if (!unfinished_.empty()) lines_.push_back(std::move(unfinished_));
    status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  ended_();
}

}  // namespace toccata::studio
