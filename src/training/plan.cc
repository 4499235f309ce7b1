#include "training/plan.h"

#include <fmt/ranges.h>
#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "base/error.h"
#include "base/parallel.h"
#include "base/text.h"
#include "music/bars.h"
#include "network/model/weights.h"
#include "training/backend.h"
#include "training/evaluator.h"
#include "training/learner.h"
#include "training/schedule.h"

namespace toccata::training {
namespace {

// Units of each of two layers along time; half as many along the notes.
constexpr std::array kUnits{32, 48, 64, 96, 128, 160, 200, 256, 320, 400};
constexpr int kShortWindow = 64, kWindow = 128;  // steps
constexpr int kLargestBatch = 20;                // sequences, where the device asks for no more

network::Config with_units(network::Config config, const FixedOptions& given, int units) {
  config.time_units = {units, units};
  config.note_units = {units / 2, units / 2};
  if (!given.mix_units) config.mix_units = units / 2;
  return config;
}

/// Time steps of music that a model learns from in the time.
double frames_in(const network::Config& config, const Pace& pace, double seconds) {
  return seconds / (1 + kValidationShare) / (pace.of(config) * config.notes());
}

/// What bounded the choice of the units.
enum class Bound { time, music, list };

struct Units {
  network::Config config;
  Bound bound = Bound::list;
};

Units choose_units(const network::Config& config, const FixedOptions& given, const MusicSize& music,
                   const Pace& pace, double seconds) {
  const double smallest_batch = static_cast<double>(pace.sequences) * kShortWindow;
  Units chosen{with_units(config, given, kUnits.front())};
  for (const int units : kUnits) {
    const network::Config larger = with_units(config, given, units);
    const bool in_time = frames_in(larger, pace, seconds) >= kUpdates * smallest_batch;
    const bool fed = static_cast<double>(network::parameter_count(larger)) <=
                     kParametersPerNote * static_cast<double>(music.notes);
    if (!in_time || !fed) {
      chosen.bound = in_time ? Bound::music : Bound::time;
      return chosen;
    }
    chosen.config = larger;
  }
  return chosen;
}

void choose_batch(TrainOptions& options, const FixedOptions& given, const MusicSize& music,
                  const Pace& pace, double frames) {
  const double wanted = frames / kUpdates;  // time steps per update
  if (!given.time_steps) {
    const bool roomy = wanted >= static_cast<double>(pace.sequences) * kWindow;
    options.time_steps = roomy ? kWindow : kShortWindow;
    options.time_steps = std::min<int>(
        options.time_steps, static_cast<int>(std::clamp<std::int64_t>(music.longest, 8, kWindow)));
  }
  if (!given.batch_size) {
    const double windows = std::ceil(static_cast<double>(music.steps) / options.time_steps);
    const double fits = std::max(std::floor(windows / 4), 1.0);  // four batches an epoch at least
    const double most = std::max(kLargestBatch, pace.sequences);
    const double even = 2 * std::floor(wanted / options.time_steps / 2);
    const double least = std::min<double>(pace.sequences, fits);
    options.batch_size = static_cast<int>(std::clamp(even, least, std::min(most, fits)));
  }
}

void choose_rhythm(TrainOptions& options, const FixedOptions& given, double updates) {
  if (!given.validate_every)
    options.validate_every = static_cast<int>(std::clamp(std::round(updates / 20), 5.0, 100.0));
  if (!given.save_every)
    options.save_every = static_cast<int>(std::clamp(std::round(updates / 5), 10.0, 500.0));
}

std::string why_units(const RunPlan& plan, const FixedOptions& given, Bound bound,
                      const MusicSize& music) {
  const std::string sizes = network::layers_text(plan.options.model);
  if (given.units) return fmt::format("The sizes are as given: {}", sizes);
  const std::string chosen =
      fmt::format("Chosen: {}, {} parameters", sizes, network::parameter_count(plan.options.model));
  switch (bound) {
    case Bound::time:
      return fmt::format("{}: a larger model would not get about {:.0f} updates in the time",
                         chosen, kUpdates);
    case Bound::music:
      return fmt::format("{}: the {} notes of this music feed no larger one", chosen, music.notes);
    case Bound::list:
      return fmt::format("{}: the largest that is chosen without being asked for", chosen);
  }
  return chosen;
}

void warn(RunPlan& plan, const MusicSize& music, double frames_an_update, double seconds) {
  const auto parameters = static_cast<double>(network::parameter_count(plan.options.model));
  const auto notes = static_cast<double>(std::max<std::int64_t>(music.notes, 1));
  if (parameters > kTooManyParametersPerNote * notes)
    plan.warnings.push_back(fmt::format(
        "The music is little for this model: {} notes to learn from, {:.0f} parameters. It will "
        "soon know them by heart; more files, --transpose 5 or fewer units (--time-units, "
        "--note-units) help",
        music.notes, parameters));
  if (plan.updates < 100)
    plan.warnings.push_back(fmt::format(
        "The time is short for this: about {} updates of {:.0f} steps in {:.0f} s. More "
        "--minutes, fewer units or a smaller --batch-size help",
        plan.updates, frames_an_update, seconds));
}

/// How often: "39 times", "once".
std::string times(double epochs) {
  if (epochs < 0.75) return fmt::format("{:.1g} times", epochs);
  const auto whole = std::lround(epochs);
  return whole == 1 ? "once" : fmt::format("{} times", whole);
}

/// The meter of most steps, each of which lasts a step of `grid` to a quarter note.
music::MeterAt main_meter(const Pieces& pieces) {
  std::map<std::pair<int, int>, double> steps;
  for (const corpus::Piece* piece : pieces) {
    music::MeterAt meter{0, 4, 4};  // before the first
    const auto count = [&](double until) {
      steps[{meter.numerator, meter.denominator}] += until - meter.step;
    };
    for (const music::MeterAt& next : piece->roll.meters) {
      count(next.step);
      meter = next;
    }
    count(piece->roll.steps);
  }
  const auto most =
      std::ranges::max_element(steps, {}, [](const auto& each) { return each.second; });
  if (most == steps.end()) return {0, 4, 4};
  return {0, most->first.first, most->first.second};
}

MusicSize music_of(const Pieces& pieces) {
  MusicSize music;
  for (const corpus::Piece* piece : pieces) {
    const corpus::CellCounts cells = corpus::cell_counts(*piece);
    music.steps += piece->roll.steps;
    music.longest = std::max<std::int64_t>(music.longest, piece->roll.steps);
    music.notes += cells.sounding - cells.open + cells.again;
  }
  return music;
}

/// Seconds per note-step of a model of these sizes.
double measure(TrainOptions options, const network::Config& config, const music::Batch& batch) {
  options.model = config;
  const std::unique_ptr<Learner> learner =
      make_learner(options, network::initial_values(config, options.seed));
  double note_steps = 0;
  for (const std::int32_t length : batch.lengths) note_steps += length;
  return learner->measure(batch) / (note_steps * config.notes());
}

}  // namespace

std::vector<int> usual_echoes(const Pieces& pieces) {
  if (pieces.empty()) return {};
  const double bar = music::bar_length(main_meter(pieces), pieces.front()->roll.grid);
  std::vector<int> lags;
  for (const double bars : {0.25, 0.5, 1.0, 2.0, 4.0}) {
    const long lag = std::lround(bars * bar);
    if (lag >= network::kLeastLag && lag <= network::kMostLag &&
        (lags.empty() || lag > lags.back()))
      lags.push_back(static_cast<int>(lag));
  }
  return lags;
}

TrainOptions suit(TrainOptions options, const FixedOptions& given, const Pieces& train) {
  if (!given.echoes) options.model.echoes = usual_echoes(train);
  if (!given.mix_units) options.model.mix_units = options.model.note_units.front();
  return options;
}

double dense_operations(const network::Config& config) {
  // A matrix of W weights: W products and sums forward, and twice that backward.
  double sum = 0;
  bool first = true;
  for (const network::Parameter& parameter : network::parameters(config)) {
    if (parameter.shape.size() != 2) continue;
    sum += (first ? 4.0 : 6.0) * static_cast<double>(parameter.size);
    first = false;
  }
  return sum;
}

RunPlan make_plan(const TrainOptions& options, const FixedOptions& given, const MusicSize& music,
                  const Pace& pace, double seconds) {
  RunPlan plan;
  plan.options = options;
  Bound bound = Bound::list;
  if (!given.units) {
    const Units units = choose_units(options.model, given, music, pace, seconds);
    plan.options.model = units.config;
    bound = units.bound;
  }
  const double frames = frames_in(plan.options.model, pace, seconds);
  choose_batch(plan.options, given, music, pace, frames);
  const double frames_an_update =
      static_cast<double>(plan.options.batch_size) * plan.options.time_steps;
  const double updates = std::max(std::floor(frames / frames_an_update), 1.0);
  plan.updates = static_cast<std::int64_t>(updates);
  plan.epochs = frames / static_cast<double>(std::max<std::int64_t>(music.steps, 1));
  choose_rhythm(plan.options, given, updates);

  plan.reasons.push_back(why_units(plan, given, bound, music));
  plan.reasons.push_back(fmt::format(
      "In {:.1f} minutes this machine hears all of the music about {} with it ({}, "
      "each of {} of {})",
      seconds / 60, times(plan.epochs), counted(plan.updates, "update"),
      counted(plan.options.batch_size, "excerpt"), counted(plan.options.time_steps, "step")));
  warn(plan, music, frames_an_update, seconds);
  return plan;
}

Pace measure_pace(const TrainOptions& options, const FixedOptions& given,
                  const TrainingData& data) {
  Pace pace;
  if (options.device == Device::cuda) pace.sequences = 64;
  pace.sequences = std::max(pace.sequences, 2 * thread_count(options.threads));
  TrainOptions few = options;
  few.time_steps = 32;
  few.batch_size = pace.sequences;
  corpus::Windows windows = stage_windows(few, data.stages.front(), 0);
  const music::Batch batch = windows.next();
  if (given.units) {
    pace.by_operation = measure(options, options.model, batch) / dense_operations(options.model);
    return pace;
  }
  network::Config small = options.model, large = options.model;
  small.time_units = small.note_units = {32, 32};
  large.time_units = large.note_units = {128, 128};
  const double small_cost = measure(options, small, batch);
  const double large_cost = measure(options, large, batch);
  const double small_work = dense_operations(small), large_work = dense_operations(large);
  pace.by_operation = std::max(large_cost - small_cost, 0.0) / (large_work - small_work);
  pace.by_step = std::max(small_cost - pace.by_operation * small_work, 0.0);
  return pace;
}

TrainOptions fit_to_time(const TrainOptions& options, const FixedOptions& given,
                         const TrainingData& data, double seconds, int ranks, Progress& progress) {
  Pace pace = measure_pace(options, given, data);
  pace.by_operation /= ranks;
  pace.by_step /= ranks;
  const RunPlan plan = make_plan(options, given, music_of(data.train), pace, seconds);
  for (const std::string& reason : plan.reasons) progress.message(reason);
  for (const std::string& warning : plan.warnings) progress.warning(warning);
  return plan.options;
}

}  // namespace toccata::training
