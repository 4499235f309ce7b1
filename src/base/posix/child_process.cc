#include "base/child_process.h"

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

namespace toccata {

struct ChildProcess::System {
  pid_t process = -1;
  int output = -1;  // our end of the pipe

  ~System() {
    if (output >= 0) ::close(output);
  }
  bool has_ended() const {
    siginfo_t info{};
    return ::waitid(P_PID, static_cast<id_t>(process), &info, WEXITED | WNOWAIT | WNOHANG) == 0 &&
           info.si_pid == process;
  }
};

ChildProcess::ChildProcess(const std::vector<std::string>& words)
    : system_(std::make_unique<System>()) {
  std::array<int, 2> ends{};
  // Not pipe2, which macOS does not have. A child started meanwhile would inherit the ends: what
  // reads here stops when ours has ended.
  if (::pipe(ends.data()) != 0) fail("cannot make a pipe: {}", std::strerror(errno));
  for (const int end : ends) ::fcntl(end, F_SETFD, FD_CLOEXEC);
  system_->output = ends[0];
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
  // A group of its own: Ctrl-C in our terminal reaches it once, through us.
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const int error = ::posix_spawnp(&system_->process, arguments.front(), &actions, &attributes,
                                   arguments.data(), environ);
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  if (error != 0) fail("{} cannot be started: {}", words.front(), std::strerror(error));
}

ChildProcess::~ChildProcess() = default;

std::optional<std::string> ChildProcess::read() {
  constexpr int kPatience = 200;  // milliseconds
  // The pipe may outlive the child, in the hands of a child of its own.
  pollfd ready{system_->output, POLLIN, 0};
  const int count = ::poll(&ready, 1, kPatience);
  if (count == 0 && system_->has_ended()) return std::nullopt;
  if (count <= 0) return "";
  std::array<char, 4096> bytes;
  const ssize_t taken = ::read(system_->output, bytes.data(), bytes.size());
  if (taken > 0) return std::string(bytes.data(), static_cast<std::size_t>(taken));
  if (taken < 0 && errno == EINTR) return "";
  return std::nullopt;
}

void ChildProcess::interrupt() {
  ::kill(system_->process, SIGINT);
}

void ChildProcess::wait_keeping_number() {
  siginfo_t info{};
  while (::waitid(P_PID, static_cast<id_t>(system_->process), &info, WEXITED | WNOWAIT) != 0 &&
         errno == EINTR) {
  }
}

int ChildProcess::wait() {
  int status = 0;
  while (::waitpid(system_->process, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace toccata
