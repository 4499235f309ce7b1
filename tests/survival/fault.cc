// A library for LD_PRELOAD that makes system calls fail, or kills its program, at a chosen moment
// of a save: tests of what survives. Calls count that concern a path which holds TOCCATA_FAULT_IN
// (a part of a path); the rest of the program runs as ever.
//
//   TOCCATA_FAULT_LOG=FILE     a line for each such call: number, name, path
//   TOCCATA_FAULT_AT=N         the call (from 1) at which it happens; 0 or absent: none
//   TOCCATA_FAULT_DO=WHAT      kill-before, kill-after, kill-half (half of a write is done), term,
//                              int, usr1 (the signal is raised before the call, which then goes
//                              on), short (half is written, which is no failure), or an error:
//                              ENOSPC, EIO, EACCES
//   TOCCATA_FAULT_FOR=K        how many calls in a row fail (errors only; default 1)
//
// Watched: open for writing, write, fsync, close of what was written, mkdir, rename.

#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

template <typename Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

const char* setting(const char* name) {
  const char* value = ::getenv(name);
  return value != nullptr ? value : "";
}

bool watched(const char* path) {
  const char* part = setting("TOCCATA_FAULT_IN");
  return *part != '\0' && path != nullptr && ::strstr(path, part) != nullptr;
}

struct Path {
  char text[1024] = "";
  explicit Path(int fd) {
    char link[64];
    ::snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    const ssize_t size = ::readlink(link, text, sizeof text - 1);
    text[size > 0 ? size : 0] = '\0';
  }
};

long count = 0;  // calls so far, of all threads

/// Counts the call; true where it is the moment's (or one of its successors that fail, too).
bool now(const char* name, const char* path) {
  const long number = __atomic_add_fetch(&count, 1, __ATOMIC_SEQ_CST);
  if (const char* log = setting("TOCCATA_FAULT_LOG"); *log != '\0') {
    char line[1400];
    const int size = ::snprintf(line, sizeof line, "%ld %s %s\n", number, name, path);
    const long fd = ::syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND, 0644);
    ::syscall(SYS_write, fd, line, static_cast<size_t>(size));
    ::syscall(SYS_close, fd);
  }
  const long at = ::atol(setting("TOCCATA_FAULT_AT"));
  const long span =
      *setting("TOCCATA_FAULT_FOR") != '\0' ? ::atol(setting("TOCCATA_FAULT_FOR")) : 1;
  return at > 0 && number >= at && number < at + span;
}

bool asked(const char* what) {
  return ::strcmp(setting("TOCCATA_FAULT_DO"), what) == 0;
}

[[noreturn]] void die() {
  ::kill(::getpid(), SIGKILL);
  for (;;) ::pause();
}

/// Before a call whose moment it is: true where it shall fail, with errno set.
bool fails() {
  if (asked("kill-before") || asked("kill-half")) die();
  if (asked("term")) ::raise(SIGTERM);
  if (asked("int")) ::raise(SIGINT);
  if (asked("usr1")) ::raise(SIGUSR1);
  errno = asked("ENOSPC") ? ENOSPC : asked("EIO") ? EIO : asked("EACCES") ? EACCES : 0;
  return errno != 0;
}

template <typename Call>
auto around(const char* name, const char* path, Call&& call) -> decltype(call()) {
  if (!watched(path)) return call();
  const bool moment = now(name, path);
  if (moment && fails()) return -1;
  const auto result = call();
  if (moment && asked("kill-after")) die();
  return result;
}

using Open = int (*)(const char*, int, ...);

int opened(Open real, const char* path, int flags, mode_t mode) {
  if ((flags & O_ACCMODE) == O_RDONLY) return real(path, flags, mode);
  return around("open", path, [&] { return real(path, flags, mode); });
}

mode_t mode_of(int flags, va_list list) {
  return (flags & O_CREAT) != 0 ? static_cast<mode_t>(va_arg(list, int)) : mode_t{0};
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  const mode_t mode = mode_of(flags, list);
  va_end(list);
  static const auto real = next<Open>("open");
  return opened(real, path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  const mode_t mode = mode_of(flags, list);
  va_end(list);
  static const auto real = next<Open>("open64");
  return opened(real, path, flags, mode);
}

ssize_t write(int fd, const void* bytes, size_t size) {
  static const auto real = next<ssize_t (*)(int, const void*, size_t)>("write");
  const Path path(fd);
  if (!watched(path.text)) return real(fd, bytes, size);
  if (!now("write", path.text)) return real(fd, bytes, size);
  if (asked("short")) return real(fd, bytes, (size + 1) / 2);
  if (asked("kill-half")) {
    real(fd, bytes, size / 2);
    die();
  }
  if (fails()) return -1;
  const ssize_t result = real(fd, bytes, size);
  if (asked("kill-after")) die();
  return result;
}

int fsync(int fd) {
  static const auto real = next<int (*)(int)>("fsync");
  const Path path(fd);
  return around("fsync", path.text, [&] { return real(fd); });
}

int close(int fd) {
  static const auto real = next<int (*)(int)>("close");
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY) return real(fd);
  const Path path(fd);
  if (!watched(path.text)) return real(fd);
  // Linux lets go of the descriptor even where close fails.
  const bool moment = now("close", path.text);
  const bool failed = moment && fails();
  const int why = errno;
  const int result = real(fd);
  if (moment && asked("kill-after")) die();
  if (!failed) return result;
  errno = why;
  return -1;
}

int mkdir(const char* path, mode_t mode) {
  static const auto real = next<int (*)(const char*, mode_t)>("mkdir");
  return around("mkdir", path, [&] { return real(path, mode); });
}

int rename(const char* from, const char* to) {
  static const auto real = next<int (*)(const char*, const char*)>("rename");
  return around("rename", to, [&] { return real(from, to); });
}

}  // extern "C"
