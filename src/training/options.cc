#include "training/options.h"

#include <cmath>

#include "base/error.h"

namespace toccata::training {
namespace {

void in_bounds(const char* key, double value, double least, double most) {
  if (!(value >= least && value <= most))
    fail_usage("{} is {}; it must lie in {} to {}", key, value, least, most);
}

// A length that is 0 where it was not given; who gives one gives more.
void length_in_bounds(const char* key, double value, double most) {
  if (!(value >= 0 && value <= most))
    fail_usage("{} is {}; it must be above 0, and at most {}", key, value, most);
}

void check_stage(const Stage& stage, std::size_t number) {
  if ((stage.batches > 0) == (stage.epochs > 0))
    fail_usage("stage {}: give either batches or epochs (found batches {}, epochs {})", number,
               stage.batches, stage.epochs);
  if (stage.nats > 0)
    fail_usage("stage {}: nats is {}; it is a log-likelihood per step and so negative, like -5.5",
               number, stage.nats);
}

}  // namespace

bool names_base(const TrainOptions& options) {
  return !options.from.empty() && options.from != kAutoBase && options.from != kNoModel;
}

double usual_learning_rate(OptimiserKind kind) {
  switch (kind) {
    case OptimiserKind::adam:
    case OptimiserKind::adamw:
      return 0.003;
    case OptimiserKind::adadelta:
      return 1.0;
    case OptimiserKind::rmsprop:
      return 0.001;
    case OptimiserKind::sgd:
      return 0.1;
  }
  return 0;
}

double usual_epsilon(OptimiserKind kind) {
  return kind == OptimiserKind::adadelta ? 1e-6 : 1e-8;
}

double base_learning_rate(const OptimiserOptions& options) {
  return options.learning_rate > 0 ? options.learning_rate : usual_learning_rate(options.kind);
}

void check(const TrainOptions& options) {
  network::check(options.model);
  constexpr double kMany = 1e15;
  in_bounds("min-steps", options.min_steps, 1, 1e9);
  in_bounds("validation-pieces", options.validation_pieces, 0, 1e9);
  in_bounds("test-pieces", options.test_pieces, 0, 1e9);
  in_bounds("transpose", options.transpose, 0, 127);
  length_in_bounds("batches", static_cast<double>(options.batches), kMany);
  length_in_bounds("epochs", static_cast<double>(options.epochs), kMany);
  length_in_bounds("minutes", options.minutes, 1e7);
  in_bounds("batch-size", options.batch_size, 1, 1e6);
  in_bounds("time-steps", options.time_steps, 1, 1e6);
  in_bounds("keep-prob", options.keep_prob, 0.01, 1);
  in_bounds("recurrent-keep-prob", options.recurrent_keep_prob, 0.01, 1);
  in_bounds("unheard", options.input_dropout, 0, 0.9);
  in_bounds("forget-bias", options.forget_bias, -100, 100);
  const OptimiserOptions& optimiser = options.optimiser;
  in_bounds("learning-rate", optimiser.learning_rate, 0, 1e6);
  in_bounds("weight-decay", optimiser.weight_decay, 0, 1e6);
  in_bounds("beta1", optimiser.beta1, 0, 0.999999999);
  in_bounds("beta2", optimiser.beta2, 0, 0.999999999);
  in_bounds("rho", optimiser.rho, 0, 1);
  in_bounds("alpha", optimiser.alpha, 0, 1);
  in_bounds("momentum", optimiser.momentum, 0, 1);
  in_bounds("epsilon", optimiser.epsilon, 0, 1);
  in_bounds("clip", optimiser.clip_norm, 0, kMany);
  in_bounds("warm-up", options.schedule.warm_up, 0, 1e9);
  in_bounds("decay-every", options.schedule.decay_every, 1, 1e9);
  in_bounds("decay-factor", options.schedule.decay_factor, 0, 1);
  in_bounds("average", options.average, 0, 0.999999999);
  in_bounds("validate-every", options.validate_every, 1, 1e9);
  in_bounds("save-every", options.save_every, 1, 1e9);
  in_bounds("keep-checkpoints", options.keep_checkpoints, 0, 1e9);
  in_bounds("patience", options.patience, 0, 1e9);
  in_bounds("threads", options.threads, 0, 4096);
  in_bounds("local-updates", options.local_updates, 1, 1e6);
  in_bounds("peer-timeout", options.peer_timeout, 1, 1e6);
  if (options.seed > 0x7fffffffffffffff)
    fail_usage("seed is {}; it must lie in 0 to 2^63 - 1", options.seed);
  if ((options.batches > 0) + (options.epochs > 0) + (options.minutes > 0) > 1)
    fail_usage("give one of batches ({}), epochs ({}) and minutes ({})", options.batches,
               options.epochs, options.minutes);
  if (!options.stages.empty() && options.minutes > 0)
    fail_usage("stages say their own batches or epochs: leave minutes out");
  for (std::size_t i = 0; i < options.stages.size(); ++i) check_stage(options.stages[i], i + 1);
  if (options.engine == EngineKind::own && options.device == Device::cuda)
    fail_usage("the engine \"own\" runs on the CPU: leave --engine out for --device cuda");
  if (options.precision == TrainPrecision::tf32 && options.device == Device::cpu)
    fail_usage("--precision tf32 is for --device cuda; on the CPU there are f32 and bf16");
  if (options.engine == EngineKind::torch && options.precision == TrainPrecision::bf16 &&
      options.device == Device::cpu)
    fail_usage("the engine \"torch\" computes in f32 on the CPU: leave --precision out");
}

TrainPrecision resolved_precision(const TrainOptions& options, bool native_bf16) {
  const bool automatic = options.precision == TrainPrecision::automatic;
  if (options.device == Device::cuda) return automatic ? TrainPrecision::tf32 : options.precision;
  if (!automatic && options.precision != TrainPrecision::bf16) return options.precision;
  const bool worth = native_bf16 && (!automatic || network::bf16_is_faster());
  return worth && options.engine != EngineKind::torch ? TrainPrecision::bf16 : TrainPrecision::f32;
}

void resolve_precision(TrainOptions& options, Progress& progress, bool native_bf16) {
  const TrainPrecision resolved = resolved_precision(options, native_bf16);
  if (options.precision == TrainPrecision::bf16 && resolved == TrainPrecision::f32)
    progress.warning(
        "precision bf16: this processor cannot multiply bf16, and emulating it would take longer; "
        "training computes in f32, which is more exact");
  options.precision = resolved;
}

std::vector<Stage> resolved_stages(const TrainOptions& options) {
  std::vector<Stage> stages = options.stages;
  if (stages.empty()) {
    Stage only;
    only.batches = options.batches;
    only.epochs = options.epochs;
    stages.push_back(only);
  }
  for (Stage& stage : stages) {
    if (stage.paths.empty()) stage.paths = options.paths;
    if (stage.time_steps == 0) stage.time_steps = options.time_steps;
    if (stage.batch_size == 0) stage.batch_size = options.batch_size;
  }
  return stages;
}

corpus::ImportOptions import_options(const TrainOptions& options) {
  corpus::ImportOptions import;
  import.roll = options.model.roll;
  import.min_steps = options.min_steps;
  import.strict = options.strict;
  import.max_bad = options.max_bad;
  import.threads = options.threads;
  return import;
}

}  // namespace toccata::training
