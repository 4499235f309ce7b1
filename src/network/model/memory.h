#pragma once
// Memory within the piece: what is said next is a mixture of what the network says and of what
// followed earlier places of the same piece (music/matcher.h). docs/model.md has the equations. Its
// numbers are fitted on pieces that the network has not learned from (listening/fit_memory.h).

#include <array>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "music/matcher.h"

namespace toccata::network {

/// All are of each channel in turn: (C).
struct Memory {
  /// The network's own logit l becomes slope l + offset[p]: p, the bit before.
  struct Own {
    std::array<double, 2> offset{};
    double slope = 1;
    bool operator==(const Own&) const = default;
  };
  /// A copyist's logit, of a frame that was offered: slope l + offset[c][p]; c, the bit there.
  struct Copied {
    std::array<std::array<double, 2>, 2> offset{};
    double slope = 0;
    bool operator==(const Copied&) const = default;
  };
  /// Its weight before the lowest note: e^(trust · traits), where the network's is 1.
  struct Copyist {
    std::array<double, music::Recollection::kTraits> trust{};
    std::vector<Copied> copied;
    bool operator==(const Copyist&) const = default;
  };
  std::vector<Own> own;
  std::vector<Copyist> copyists;  // one of each for every frame offered; at most kMostCopyists

  static constexpr std::size_t kMostCopyists = 4;
  /// A model without has none.
  explicit operator bool() const { return !own.empty(); }
  bool operator==(const Memory&) const = default;
};

/// Calls visit(double&) for every number, in one order.
template <typename AnyMemory, typename Visit>
void for_each_number(AnyMemory& memory, const Visit& visit) {
  for (auto& own : memory.own) {
    visit(own.slope);
    for (auto& offset : own.offset) visit(offset);
  }
  for (auto& copyist : memory.copyists) {
    for (auto& trust : copyist.trust) visit(trust);
    for (auto& copied : copyist.copied) {
      visit(copied.slope);
      for (auto& offsets : copied.offset)
        for (auto& offset : offsets) visit(offset);
    }
  }
}

/// The same memory with every copyist's weight times `strength` (above 0; 1: as it is). Below 1
/// what it makes of the network's own logits goes back to those in proportion.
Memory at_strength(Memory memory, double strength);

/// Throws Error (usage) on a number beyond ±1000, and on another number of channels.
void check(const Memory& memory, int channels);

OrderedJson to_json(const Memory& memory);
/// Throws Error where it is not what to_json writes.
Memory memory_from_json(const Json& json, int channels, std::string_view where);

}  // namespace toccata::network
