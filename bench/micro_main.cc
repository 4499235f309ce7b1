// The main() of the micro-benchmarks: google-benchmark's, with --isa avx512|avx2|sse4|plain, which
// caps the instruction sets of ours and of oneDNN as ./dev bench --isa does.

#include <benchmark/benchmark.h>
#include <stdlib.h>

#include <string_view>
#include <vector>

#include "base/error.h"
#include "network/kernels/precision.h"

int main(int argc, char** argv) {
  std::vector<char*> rest;
  for (int i = 0; i < argc; ++i)
    if (std::string_view(argv[i]) == "--isa" && i + 1 < argc)
      setenv("TOCCATA_ISA", argv[++i], 1);
    else
      rest.push_back(argv[i]);
  try {
    using toccata::network::InstructionSet;
    const InstructionSet best = toccata::network::instruction_sets().front();
    if (getenv("TOCCATA_ISA") != nullptr)
      setenv("ONEDNN_MAX_CPU_ISA",
             best == InstructionSet::avx512 ? "ALL"
             : best == InstructionSet::avx2 ? "AVX2"
                                            : "SSE41",
             0);
  } catch (const toccata::Error& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 2;
  }
  int count = static_cast<int>(rest.size());
  benchmark::Initialize(&count, rest.data());
  if (benchmark::ReportUnrecognizedArguments(count, rest.data())) return 2;
  benchmark::RunSpecifiedBenchmarks();
}
