// Milliseconds a time step of composing, at the original's sizes: 78 notes, [200, 200] units along
// time, [100, 100] along the notes. Arguments: sequences, threads, arithmetic (0 f32, 1
// bf16, 2 int8); --isa avx2 caps the instruction set.
#include <benchmark/benchmark.h>

#include <vector>

#include "base/random.h"
#include "network/step/stepper.h"

namespace toccata::network {
namespace {

constexpr Precision kPrecisions[] = {Precision::f32, Precision::bf16, Precision::int8};

struct Bench {
  explicit Bench(const benchmark::State& state)
      : model{Config(), initial_values(Config(), 1), ""},
        sequences(static_cast<std::size_t>(state.range(0))),
        stepper(model, {.sequences = static_cast<int>(state.range(0)),
                        .threads = static_cast<int>(state.range(1)),
                        .precision = kPrecisions[state.range(2)]}),
        frame(sequences * notes, 0),
        lower(sequences, 0),
        logits(sequences * notes * 2),
        place(sequences) {
    // As full as piano music: about five notes of 78 sound.
    for (std::size_t i = 0; i < frame.size(); ++i)
      if (random.below(15) == 0) frame[i] = random.below(3) == 0 ? 3 : 1;
    for (StepPlace& p : place) p = {.bar_phase = 0.25f, .beat_phase = 0, .step = 4};
  }

  static constexpr std::size_t notes = 78;
  Model model;
  std::size_t sequences;
  Stepper stepper;
  Random random{1, 0};
  std::vector<std::uint8_t> frame, lower;
  std::vector<float> logits;
  std::vector<StepPlace> place;
};

/// Asked when a benchmark runs: as they are listed --isa has not been read yet.
bool has(benchmark::State& state) {
  const Precision precision = kPrecisions[state.range(2)];
  const bool found = precision == Precision::f32 ||
                     (precision == Precision::bf16 ? has_native_bf16() : has_native_int8());
  if (!found) state.SkipWithError("this processor, or --isa, has none of it");
  return found;
}

void compose(benchmark::State& state) {
  if (!has(state)) return;
  Bench bench(state);
  for (auto _ : state) {
    bench.stepper.begin_step(bench.frame.data(), bench.place.data());
    for (std::size_t n = 0; n < Bench::notes; ++n) {
      for (std::size_t b = 0; b < bench.sequences; ++b)
        bench.lower[b] = n == 0 ? 0 : bench.frame[b * Bench::notes + n - 1];
      bench.stepper.next_note(bench.lower.data(), bench.logits.data());
      benchmark::DoNotOptimize(bench.logits.data());
    }
  }
  state.SetItemsProcessed(state.iterations() * state.range(0) * 78);
}

void teacher_forcing(benchmark::State& state) {
  if (!has(state)) return;
  Bench bench(state);
  for (auto _ : state) {
    bench.stepper.begin_step(bench.frame.data(), bench.place.data());
    bench.stepper.all_notes(bench.frame.data(), bench.logits.data());
    benchmark::DoNotOptimize(bench.logits.data());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0) * 78);
}

void time_axis(benchmark::State& state) {
  if (!has(state)) return;
  Bench bench(state);
  for (auto _ : state) bench.stepper.begin_step(bench.frame.data(), bench.place.data());
  state.SetItemsProcessed(state.iterations() * state.range(0) * 78);
}

void sizes(benchmark::internal::Benchmark* bench) {
  for (const int precision : {0, 1, 2})
    for (const int threads : {1, 2})
      for (const int sequences : {1, 10, 64}) bench->Args({sequences, threads, precision});
  bench->ArgNames({"batch", "threads", "arithmetic"})->Unit(benchmark::kMillisecond)->UseRealTime();
}
BENCHMARK(compose)->Apply(sizes);
BENCHMARK(teacher_forcing)->Apply(sizes);
BENCHMARK(time_axis)->Apply(sizes);

}  // namespace
}  // namespace toccata::network
