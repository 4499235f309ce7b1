// How fast the training pass is, and what share of the processor's products it reaches, the
// products' peak being measured by oneDNN in the same run. Rates count dense operations: two for
// each weight and input forward, twice as many backward, less the first layer's gradient by
// its input.
//
//   training_pass_bench --isa avx2 --benchmark_filter=...
//                                            note-steps/s, GFLOP/s and the share of the peak

#include <benchmark/benchmark.h>
#include <dlfcn.h>
#include <sys/resource.h>
#include <time.h>

#include <chrono>
#include <map>
#include <oneapi/dnnl/dnnl.hpp>
#include <thread>

#include "network/model/test_batch.h"
#include "network/train/training_pass.h"

namespace toccata::network {
namespace {

/// Operations of a note-step in training. The first layer's input needs no gradient.
double operations(const Config& config) {
  double sum = 0;
  for (const LayerSpec& layer : layers(config))
    sum += 24.0 * layer.units * (layer.input + layer.units);
  const LayerSpec first = layers(config).front();
  return sum - 8.0 * first.units * first.input;
}

double wall_time() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}
double cpu_time(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

struct Rate {
  double wall = 0, cpu = 0;  // GFLOP/s, of all threads together
};

/// The best GFLOP/s of oneDNN's matrix product of 1024 x 1024 x 1024, one product a thread at a
/// time.
Rate measure_peak(Precision precision, int threads) {
  using namespace dnnl;
  constexpr int n = 1024;
  const auto type = precision == Precision::bf16 ? memory::data_type::bf16 : memory::data_type::f32;
  const auto run = [&](Rate& best) {
    // oneDNN's own threads stay out of it.
    if (auto* set = reinterpret_cast<void (*)(int)>(dlsym(RTLD_DEFAULT, "omp_set_num_threads")))
      set(1);
    const engine cpu(engine::kind::cpu, 0);
    stream order(cpu);
    const memory::dims shape = {n, n};
    const memory::desc operand(shape, type, memory::format_tag::ab);
    const memory::desc result(shape, memory::data_type::f32, memory::format_tag::ab);
    const matmul product({{operand, operand, result}, cpu});
    memory a(operand, cpu), b(operand, cpu), c(result, cpu);
    std::fill_n(static_cast<char*>(a.get_data_handle()), operand.get_size(), '\0');
    std::fill_n(static_cast<char*>(b.get_data_handle()), operand.get_size(), '\0');
    for (int k = 0; k < 40; ++k) {
      const double wall = wall_time(), cpu_begin = cpu_time(CLOCK_THREAD_CPUTIME_ID);
      product.execute(order, {{DNNL_ARG_SRC, a}, {DNNL_ARG_WEIGHTS, b}, {DNNL_ARG_DST, c}});
      order.wait();
      best.wall = std::max(best.wall, 2e-9 * n * n * n / (wall_time() - wall));
      best.cpu =
          std::max(best.cpu, 2e-9 * n * n * n / (cpu_time(CLOCK_THREAD_CPUTIME_ID) - cpu_begin));
    }
  };
  std::vector<Rate> best(static_cast<std::size_t>(threads));
  std::vector<std::jthread> pool;
  for (Rate& one : best) pool.emplace_back([&run, &one] { run(one); });
  pool.clear();
  Rate sum;
  for (const Rate& one : best) {
    sum.wall += one.wall;
    sum.cpu += one.cpu;
  }
  return sum;
}

const Rate& peak(Precision precision, int threads) {
  static std::map<std::pair<Precision, int>, Rate> known;
  Rate& value = known[{precision, threads}];
  if (value.wall == 0) value = measure_peak(precision, threads);
  return value;
}

// Arguments: precision, threads, B, T, time units, note units.
void BM_training_pass(benchmark::State& state) {
  Config config;
  config.time_units = {static_cast<int>(state.range(4)), static_cast<int>(state.range(4))};
  config.note_units = {static_cast<int>(state.range(5)),
                       state.range(4) == 300 ? 50 : static_cast<int>(state.range(5))};
  PassOptions options;
  options.precision = state.range(0) ? Precision::bf16 : Precision::f32;
  options.threads = static_cast<int>(state.range(1));
  const std::vector<float> values = initial_values(config, 1);
  music::Batch batch = random_batch(config, static_cast<int>(state.range(3)),
                                    static_cast<int>(state.range(2)), false, 2);
  Random random(3, 0);
  for (std::size_t k = 0; k < batch.frames.size(); ++k)  // as much sounds as in music: 5 %
    if (random.uniform() > 0.12) batch.frames[k] = 0;
  std::vector<float> into(values.size());
  TrainingPass pass(config, options);
  double best = 1e30, best_cpu = 1e30;
  std::uint64_t update = 0;
  const auto once = [&] {
    const double begin = wall_time(), cpu_begin = cpu_time(CLOCK_PROCESS_CPUTIME_ID);
    pass.gradient(values, batch, {0.5f, 1, update++}, into);
    const double time = wall_time() - begin;
    best_cpu = std::min(best_cpu, (cpu_time(CLOCK_PROCESS_CPUTIME_ID) - cpu_begin) /
                                      static_cast<double>(options.threads));
    best = std::min(best, time);
    return time;
  };
  once();  // memory is made
  best = best_cpu = 1e30;
  for (auto _ : state) state.SetIterationTime(once());
  const double note_steps = static_cast<double>(batch.steps) * batch.sequences * batch.notes;
  const double work = 1e-9 * note_steps * operations(config);
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  state.SetLabel(pass.arithmetic());
  state.counters["note_steps/s"] = note_steps / best;
  state.counters["GFLOP/s"] = work / best;
  const Rate& limit = peak(options.precision, options.threads);
  state.counters["peak"] = limit.wall;
  state.counters["share"] = work / best / limit.wall;
  state.counters["cpu_note_steps/s"] = note_steps / best_cpu;
  state.counters["cpu_GFLOP/s"] = work / best_cpu;
  state.counters["cpu_peak"] = limit.cpu;
  state.counters["cpu_share"] = work / best_cpu / limit.cpu;
  state.counters["MB"] = static_cast<double>(pass.bytes()) / 1e6;
  state.counters["process_MB"] = static_cast<double>(usage.ru_maxrss) / 1e3;
}

void sizes(benchmark::internal::Benchmark* bench) {
  bench->ArgNames({"bf16", "threads", "B", "T", "time", "note"})
      ->Unit(benchmark::kMillisecond)
      ->UseManualTime();
  for (const int bf16 : {0, 1})
    for (const int threads : {1, 2}) {
      bench->Args({bf16, threads, 10, 128, 200, 100});
      bench->Args({bf16, threads, 5, 256, 200, 100});
      bench->Args({bf16, threads, 10, 128, 300, 100});
    }
}
BENCHMARK(BM_training_pass)->Apply(sizes);

}  // namespace
}  // namespace toccata::network
