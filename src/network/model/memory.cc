#include "network/model/memory.h"

#include <algorithm>
#include <cmath>

#include "base/plain_math.h"

namespace toccata::network {
namespace {

constexpr double kMost = 1000;

/// `size` numbers, of a list of that length.
template <typename Take>
void take_list(const Json& json, std::string_view key, std::size_t size, std::string_view where,
               const Take& take) {
  if (!json.is_array() || json.size() != size)
    fail("{}: \"{}\": expected a list of {} numbers, found {}", where, key, size,
         json.is_array() ? fmt::format("{} of them", json.size()) : json_type(json));
  for (std::size_t i = 0; i < size; ++i) {
    if (!json[i].is_number())
      fail("{}: \"{}\": expected numbers, found {}", where, key, json_type(json[i]));
    take(i, json[i].get<double>());
  }
}

Json list_of(const Json& object, std::string_view key, std::size_t least, std::size_t most,
             std::string_view where) {
  Json list = json_get<Json>(object, key, where);
  if (!list.is_array() || list.size() < least || list.size() > most)
    fail("{}: \"{}\": expected a list of {} to {}, found {}", where, key, least, most,
         list.is_array() ? fmt::format("{}", list.size()) : json_type(list));
  return list;
}

}  // namespace

Memory at_strength(Memory memory, double strength) {
  const double share = std::min(strength, 1.0);
  for (Memory::Own& own : memory.own) {
    own.slope = 1 + share * (own.slope - 1);
    for (double& offset : own.offset) offset *= share;
  }
  for (Memory::Copyist& copyist : memory.copyists) copyist.trust[0] += plain::log(strength);
  return memory;
}

void check(const Memory& memory, int channels) {
  if (!memory) return;
  const auto wanted = static_cast<std::size_t>(channels);
  bool fits = memory.own.size() == wanted && memory.copyists.size() <= Memory::kMostCopyists;
  for (const Memory::Copyist& copyist : memory.copyists)
    fits = fits && copyist.copied.size() == wanted;
  if (!fits)
    fail_usage("memory: expected numbers for {} channels and at most {} copyists", channels,
               Memory::kMostCopyists);
  for_each_number(memory, [](double value) {
    if (!(std::fabs(value) <= kMost))
      fail_usage("memory: expected numbers from -{} to {}, found {}", kMost, kMost, value);
  });
}

OrderedJson to_json(const Memory& memory) {
  OrderedJson own = OrderedJson::array(), copyists = OrderedJson::array();
  for (const Memory::Own& one : memory.own)
    own.push_back({one.slope, one.offset[0], one.offset[1]});
  for (const Memory::Copyist& one : memory.copyists) {
    OrderedJson copied = OrderedJson::array();
    for (const Memory::Copied& c : one.copied)
      copied.push_back({c.slope, c.offset[0][0], c.offset[0][1], c.offset[1][0], c.offset[1][1]});
    copyists.push_back({{"trust", one.trust}, {"copied", std::move(copied)}});
  }
  return {{"own", std::move(own)}, {"copyists", std::move(copyists)}};
}

Memory memory_from_json(const Json& json, int channels, std::string_view where) {
  const auto count = static_cast<std::size_t>(channels);
  Memory memory;
  for (const Json& list : list_of(json, "own", count, count, where)) {
    std::array<double, 3> numbers{};
    take_list(list, "own", numbers.size(), where, [&](std::size_t i, double x) { numbers[i] = x; });
    memory.own.push_back({{numbers[1], numbers[2]}, numbers[0]});
  }
  for (const Json& one : list_of(json, "copyists", 0, Memory::kMostCopyists, where)) {
    Memory::Copyist copyist;
    take_list(json_get<Json>(one, "trust", where), "trust", copyist.trust.size(), where,
              [&](std::size_t i, double x) { copyist.trust[i] = x; });
    for (const Json& list : list_of(one, "copied", count, count, where)) {
      std::array<double, 5> x{};
      take_list(list, "copied", x.size(), where, [&](std::size_t i, double v) { x[i] = v; });
      copyist.copied.push_back({{{{x[1], x[2]}, {x[3], x[4]}}}, x[0]});
    }
    memory.copyists.push_back(std::move(copyist));
  }
  return memory;
}

}  // namespace toccata::network
