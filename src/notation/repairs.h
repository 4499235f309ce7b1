#pragma once
// The repairs that a reader made in a file, and where. Strict reading makes the first an Error.

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace toccata::notation {

struct Repair {
  std::uint64_t byte = 0;  // offset from the file's beginning
  std::string reason;      // what was found, and what was done about it
  bool operator==(const Repair&) const = default;
};

/// Keeps the first `kKept` repairs and counts all: a file full of faults must not fill the memory.
class RepairLog {
 public:
  static constexpr std::size_t kKept = 100;

  enum class Mode {
    record,  // keep and count
    strict,  // throw Error at the first
    silent,  // do nothing: for a pass over bytes that another pass reports on
  };
  RepairLog(std::string_view where, Mode mode) : where_(where), mode_(mode) {}

  template <typename... Args>
  void add(std::uint64_t byte, fmt::format_string<Args...> reason, Args&&... args) {
    if (mode_ == Mode::silent) return;
    if (mode_ == Mode::strict)
      fail("{}: byte {}: {} (read without --strict to have it repaired)", where_, byte,
           fmt::format(reason, std::forward<Args>(args)...));
    ++count_;
    if (kept_.size() < kKept)
      kept_.push_back({byte, fmt::format(reason, std::forward<Args>(args)...)});
  }

  std::string_view where() const { return where_; }
  std::uint64_t count() const { return count_; }
  std::vector<Repair> take() { return std::move(kept_); }

 private:
  std::string_view where_;
  Mode mode_;
  std::uint64_t count_ = 0;
  std::vector<Repair> kept_;
};

}  // namespace toccata::notation
