#pragma once
// A memory within the piece whose every number matters: for tests.

#include "network/model/memory.h"

namespace toccata::network {

inline Memory test_memory(int channels) {
  Memory memory;
  memory.own.resize(static_cast<std::size_t>(channels));
  memory.copyists.resize(2);
  for (Memory::Copyist& copyist : memory.copyists)
    copyist.copied.resize(static_cast<std::size_t>(channels));
  double value = 0;
  for_each_number(memory,
                  [&](double& number) { number = (value += 0.37) > 1 ? value -= 2 : value; });
  for (Memory::Own& own : memory.own) own.slope = 0.8;
  for (Memory::Copyist& copyist : memory.copyists)
    for (Memory::Copied& copied : copyist.copied) copied.offset = {{{-3, -2}, {2.5, 3}}};
  memory.copyists.front().copied.front().slope = 0;
  return memory;
}

}  // namespace toccata::network
