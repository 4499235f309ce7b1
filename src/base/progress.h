#pragma once
// What long work tells about itself. The command line draws it as a bar, the studio sends it to the
// page, tests record it.

#include <cstdint>
#include <string>
#include <string_view>

namespace toccata {

class Progress {
 public:
  virtual ~Progress() = default;
  /// A new stretch of work of `total` units ("files", "steps"…); total 0 where it is not known.
  virtual void begin(std::string_view /*what*/, std::uint64_t /*total*/,
                     std::string_view /*unit*/) {}
  /// `done` units so far, with a short note on the state ("loss 4.31").
  virtual void update(std::uint64_t /*done*/, std::string_view /*note*/ = {}) {}
  virtual void end() {}
  /// Something the user should read and keep: a repair, a choice made, a warning.
  virtual void message(std::string_view /*text*/) {}
  virtual void warning(std::string_view /*text*/) {}
};

}  // namespace toccata
