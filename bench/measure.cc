// toccata-bench: our side of ./dev bench. Prints one JSON object.
//   toccata-bench gemm     --threads K
//   toccata-bench train    --threads K --precision f32|bf16 --batch B --steps T --time-units
//   200,200 --note-units 100,100
//   toccata-bench generate --threads K --precision automatic|f32|bf16|int8 --batch B
// --isa avx512|avx2|sse4|neon|plain, with each, caps the instruction set.
// train is the whole step as training does it: windows, features, forward, backward, clipping,
// Adadelta; dropout 0.5.

#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>

#include "base/json.h"
#include "base/random.h"
#include "composing/composer.h"
#include "corpus/windows.h"
#include "gemm_peak.h"
#include "network/model/weights.h"
#include "training/backend.h"
#include "training/learner.h"
#include "training/plan.h"

namespace toccata::bench {
namespace {

struct Options {
  int threads = 1, batch = 10, steps = 128, repeats = 5;
  std::string train_precision = "f32", compose_precision = "automatic", device = "cpu";
  std::vector<int> time_units = {200, 200}, note_units = {100, 100};
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

template <typename Work>
std::vector<double> times(int warm_ups, int repeats, const Work& work) {
  std::vector<double> seconds;
  for (int i = -warm_ups; i < repeats; ++i) {
    const auto begun = std::chrono::steady_clock::now();
    work();
    if (i >= 0)
      seconds.push_back(
          std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count());
  }
  return seconds;
}

double peak_mib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

/// Music enough for full windows: 5 % of the cells sound.
corpus::Piece piece_of_noise(const network::Config& config, int steps, std::uint64_t number) {
  corpus::Piece piece;
  piece.name = fmt::format("noise {}", number);
  piece.roll = music::make_roll(steps, config.roll.low, config.roll.high, config.roll.grid, true);
  Random random(1, number);
  for (auto& cell : piece.roll.cells) {
    if (random.uniform() < 0.05)
      cell = random.uniform() < 0.5 ? music::kPlay | music::kArticulate : music::kPlay;
  }
  return piece;
}

Json train(const Options& options) {
  training::TrainOptions training;
  training.model.time_units = options.time_units;
  training.model.note_units = options.note_units;
  training.batch_size = options.batch;
  training.time_steps = options.steps;
  training.keep_prob = 0.5;
  training.threads = options.threads;
  training.precision = options.train_precision == "bf16"   ? training::TrainPrecision::bf16
                       : options.train_precision == "tf32" ? training::TrainPrecision::tf32
                                                           : training::TrainPrecision::f32;
  if (options.device == "cuda") training.device = training::Device::cuda;
  training.optimiser.kind = training::OptimiserKind::adadelta;
  training.optimiser.learning_rate = 1;
  training.average = 0;
  std::vector<corpus::Piece> pieces;
  std::vector<const corpus::Piece*> pointers;
  for (int i = 0; i < options.batch; ++i)
    pieces.push_back(piece_of_noise(training.model, options.steps * (options.repeats + 3),
                                    static_cast<std::uint64_t>(i)));
  for (const auto& piece : pieces) pointers.push_back(&piece);
  corpus::Windows windows(pointers, {.steps = options.steps, .sequences = options.batch});
  const auto learner = training::make_learner(training, network::initial_values(training.model, 1));
  std::int64_t update = 0;
  // A GPU works on while the host prepares: it is timed over several updates, until all are done.
  const int updates = training.device == training::Device::cuda ? 10 : 1;
  std::vector<double>
      rates;  // note-steps a second, by counted steps: a window may be shorter than T
  const auto seconds = times(2, options.repeats, [&] {
    const auto begun = std::chrono::steady_clock::now();
    for (int i = 0; i < updates; ++i) learner->learn(windows.next(), ++update, 1.0);
    double frames = 0;
    while (const auto figures = learner->figures()) frames += static_cast<double>(figures->frames);
    rates.push_back(
        frames * training.model.notes() /
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count());
  });
  rates.erase(rates.begin(), rates.begin() + 2);
  const double rate = median(rates);
  return {{"seconds", median(seconds)},
          {"times", seconds},
          {"note_steps_per_second", rate},
          {"gflops", rate * training::dense_operations(training.model) / 1e9},
          {"peak_mib", peak_mib()}};
}

Json generate(const Options& options) {
  network::Model model;
  model.config.time_units = options.time_units;
  model.config.note_units = options.note_units;
  model.values = network::initial_values(model.config, 1);
  // As much sounds as in music, and as training sets it: what sounds is what features cost.
  network::slices(model.config, model.values.data()).head_bias[0] = std::log(0.05f / 0.95f);
  std::vector<composing::NumberedPiece> pieces(static_cast<std::size_t>(options.batch));
  for (std::size_t i = 0; i < pieces.size(); ++i) pieces[i].number = i;
  composing::Resources resources;
  resources.threads = options.threads;
  resources.precision = from_word<network::Precision>(options.compose_precision)
                            .value_or(network::Precision::automatic);
  composing::Composer composer(model, pieces, {}, resources);
  int step = 0;
  const auto seconds = times(5, options.repeats * 8, [&] {
    composer.step({.bar_phase = static_cast<float>(step % 16) / 16,
                   .beat_phase = static_cast<float>(step % 4) / 4,
                   .step = step});
    ++step;
  });
  return {{"ms_per_step", 1000 * median(seconds)},
          {"arithmetic", composer.arithmetic()},
          {"peak_mib", peak_mib()}};
}

#ifdef TOCCATA_HAS_GEMM_PEAK
Json gemm(const Options& options) {
  Json peaks = {{"f32", gemm_peak(GemmType::f32, options.threads, 768, 20)}};
  if (network::resolved(network::InstructionSet::automatic) == network::InstructionSet::avx512)
    peaks["bf16"] = gemm_peak(GemmType::bf16, options.threads, 768, 20);
  return peaks;
}
#else
Json gemm(const Options&) {
  fail("this toccata-bench was built without oneDNN (Debian: libdnnl-dev): no GEMM peak");
}
#endif

}  // namespace
}  // namespace toccata::bench

int main(int argc, char** argv) {
  using namespace toccata;
  CLI::App app("Our side of ./dev bench", "toccata-bench");
  app.require_subcommand(1);
  bench::Options options;
  Json result;
  const auto add = [&](const char* name, Json (*measure)(const bench::Options&)) {
    CLI::App* command = app.add_subcommand(name);
    command->add_option("--threads", options.threads);
    command->add_option("--batch", options.batch);
    command->add_option("--steps", options.steps);
    command->add_option("--repeats", options.repeats);
    command->add_option_function<std::string>(
        "--isa", [](const std::string& isa) { setenv("TOCCATA_ISA", isa.c_str(), 1); });
    command->add_option("--device", options.device)->check(CLI::IsMember({"cpu", "cuda"}));
    command->add_option("--time-units", options.time_units)->delimiter(',');
    command->add_option("--note-units", options.note_units)->delimiter(',');
    command->callback([&options, &result, measure] { result = measure(options); });
    return command;
  };
  add("gemm", bench::gemm);
  add("train", bench::train)
      ->add_option("--precision", options.train_precision)
      ->check(CLI::IsMember({"f32", "tf32", "bf16"}));
  add("generate", bench::generate)
      ->add_option("--precision", options.compose_precision)
      ->check(CLI::IsMember({"automatic", "f32", "bf16", "int8"}));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error);
  } catch (const std::exception& error) {
    fmt::print(stderr, "toccata-bench: {}\n", error.what());
    return 1;
  }
  fmt::print("{}\n", result.dump());
}
