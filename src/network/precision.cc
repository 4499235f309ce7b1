#include "network/precision.h"

namespace toccata::network {

bool has_native_bf16() {
#if defined(__x86_64__)
  static const bool native =
      __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
      __builtin_cpu_supports("avx512vl") != 0 && __builtin_cpu_supports("avx512dq") != 0 &&
      __builtin_cpu_supports("fma") != 0 && __builtin_cpu_supports("bmi2") != 0 &&
      __builtin_cpu_supports("avx512bf16") != 0;
  return native;
#else
  return false;
#endif
}

}  // namespace toccata::network
