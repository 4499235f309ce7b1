#pragma once
// The one error type. A message says what was expected, what was found, where (file, byte, line,
// bar), and what to do.

#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace toccata {

/// What the caller did wrong (usage: exit code 2) or what went wrong while doing it (failure: exit
/// code 1).
enum class ErrorKind { failure, usage };

class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& message, ErrorKind kind = ErrorKind::failure)
      : std::runtime_error(message), kind_(kind) {}
  ErrorKind kind() const { return kind_; }

 private:
  ErrorKind kind_;
};

/// Throws Error with a formatted message (fmt's format strings).
template <typename... Args>
[[noreturn]] void fail(fmt::format_string<Args...> format, Args&&... args) {
  throw Error(fmt::format(format, std::forward<Args>(args)...));
}

/// Throws Error of kind usage: the command line or an option is wrong.
template <typename... Args>
[[noreturn]] void fail_usage(fmt::format_string<Args...> format, Args&&... args) {
  throw Error(fmt::format(format, std::forward<Args>(args)...), ErrorKind::usage);
}

}  // namespace toccata
