#include "network/kernels/precision.h"

#include <algorithm>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include "base/error.h"
#include "base/this_process.h"

namespace toccata::network {
namespace {

bool processor_has(InstructionSet set) {
#if defined(__x86_64__)
  const bool sse4 = __builtin_cpu_supports("sse4.2") != 0 &&
                    __builtin_cpu_supports("pclmul") != 0 && __builtin_cpu_supports("aes") != 0;
  const bool avx2 = sse4 && __builtin_cpu_supports("avx2") != 0 &&
                    __builtin_cpu_supports("fma") != 0 && __builtin_cpu_supports("bmi") != 0 &&
                    __builtin_cpu_supports("bmi2") != 0;  // F16C came before
  const bool avx512 =
      avx2 && __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512vl") != 0 &&
      __builtin_cpu_supports("avx512dq") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
      __builtin_cpu_supports("avx512cd") != 0;
  if (set == InstructionSet::sse4) return sse4;
  if (set == InstructionSet::avx2) return avx2;
  if (set == InstructionSet::avx512) return avx512;
#elif defined(__aarch64__)
  if (set == InstructionSet::neon) return true;
#endif
  return set == InstructionSet::plain;
}

std::vector<InstructionSet> allowed_sets() {
  std::vector<InstructionSet> sets;
  for (const auto& [word, set] : kWords<InstructionSet>)
    if (processor_has(set)) sets.push_back(set);
  const std::string asked = environment("TOCCATA_ISA").value_or("auto");
  const auto best = from_word<InstructionSet>(asked);
  if (!best)
    fail_usage("TOCCATA_ISA: expected {}, found \"{}\"", listed(word_texts<InstructionSet>()),
               asked);
  if (*best == InstructionSet::automatic) return sets;
  const auto first = std::ranges::find(sets, *best);
  if (first == sets.end()) fail_usage("TOCCATA_ISA {}: this processor does not have it", asked);
  return {first, sets.end()};
}

}  // namespace

const std::vector<InstructionSet>& instruction_sets() {
  static const std::vector<InstructionSet> sets = allowed_sets();
  return sets;
}

bool runs(InstructionSet set) {
  return std::ranges::count(instruction_sets(), set) != 0;
}

InstructionSet resolved(InstructionSet set) {
  if (set == InstructionSet::automatic) return instruction_sets().front();
  if (!runs(set)) fail_usage("instruction set {}: this processor does not have it", to_word(set));
  return set;
}

bool has_dot_product() {
  return runs(InstructionSet::neon) && processor_has_dot_product();
}

#if defined(__x86_64__)
bool has_native_bf16() {
  return runs(InstructionSet::avx512) && __builtin_cpu_supports("avx512bf16") != 0;
}

bool has_avx512_vnni() {
  return runs(InstructionSet::avx512) && __builtin_cpu_supports("avx512vnni") != 0;
}

bool has_avx_vnni() {
  unsigned a = 0, b = 0, c = 0, d = 0;  // GCC 12 knows no name for it
  if (environment("TOCCATA_ISA") == "avx2") return false;
  return runs(InstructionSet::avx2) && __get_cpuid_count(7, 1, &a, &b, &c, &d) != 0 &&
         (a >> 4 & 1) != 0;
}

bool bf16_is_faster() {
  return has_native_bf16() && __builtin_cpu_is("intel") == 0;
}
#else
bool has_native_bf16() {
  return false;
}
bool has_avx512_vnni() {
  return false;
}
bool has_avx_vnni() {
  return false;
}
bool bf16_is_faster() {
  return false;
}
#endif

}  // namespace toccata::network
