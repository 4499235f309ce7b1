#pragma once
// Everything that a training run can be told, resolved: what stands here is what runs, and is
// stored in the run folder so that --resume can go on with it. Names and defaults for the user:
// option_list.h.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/progress.h"
#include "corpus/import.h"
#include "corpus/split.h"
#include "network/kernels/precision.h"
#include "network/model/config.h"

namespace toccata::training {

enum class Device { cpu, cuda };

/// Who computes loss and gradient.
enum class EngineKind {
  automatic,  // own on the CPU, torch on CUDA
  own,        // network::TrainingPass; CPU only
  torch,      // stock torch::nn::LSTM; any device
};

/// What training computes products in. Not network::Precision: LibTorch has tf32 besides, on CUDA,
/// and neither trains in int8.
enum class TrainPrecision {
  automatic,  // bf16 where the processor is faster in it, else f32; tf32 on CUDA. Resolved
              // before it is stored
  f32,
  tf32,  // CUDA only: f32 whose products round their operands to 10 bits
  bf16,
};

/// How gradients travel between processes that train together (ranks.h); independent of what each
/// computes in.
enum class ReduceKind {
  f32,
  bf16,  // as bfloat16, half the bytes; sums are f32, rounded twice
};

enum class OptimiserKind {
  adam,      // Kingma & Ba 2015
  adamw,     // Loshchilov & Hutter 2019: weight decay apart from the gradient
  adadelta,  // Zeiler 2012; the original's
  rmsprop,   // Tieleman & Hinton 2012
  sgd,       // with momentum (Polyak 1964)
};

struct OptimiserOptions {
  OptimiserKind kind = OptimiserKind::adam;
  double learning_rate = 0;           // 0: the kind's usual one (usual_learning_rate)
  double weight_decay = 0;            // adamw: decoupled; the others: added to the gradient
  double beta1 = 0.9, beta2 = 0.999;  // adam, adamw
  double rho = 0.95;                  // adadelta
  double alpha = 0.99;                // rmsprop: how slowly the mean square forgets
  double momentum = 0.9;              // sgd
  double epsilon = 0;                 // 0: the kind's usual one (usual_epsilon)
  // The gradient of nats per time step is scaled down to this norm where it is longer; 0: never
  // (Pascanu et al. 2013).
  double clip_norm = 5;
  bool operator==(const OptimiserOptions&) const = default;
};

double usual_learning_rate(OptimiserKind kind);
double usual_epsilon(OptimiserKind kind);
/// The learning rate in use where the schedule multiplies by one.
double base_learning_rate(const OptimiserOptions& options);

enum class ScheduleKind {
  constant,  // after the warm-up
  cosine,    // from the full rate after the warm-up to zero at the end (Loshchilov & Hutter 2017)
  step,      // multiplied by decay_factor every decay_every updates
};

struct ScheduleOptions {
  ScheduleKind kind = ScheduleKind::cosine;
  int warm_up = 100;        // updates over which the rate rises from zero; at most a tenth of all
  int decay_every = 10000;  // step only, in updates
  double decay_factor = 0.5;
  bool operator==(const ScheduleOptions&) const = default;
};

/// What --restore and --from say where a run begins with no model, whatever a config file says.
inline constexpr std::string_view kNoModel = "none";
/// What --from says where the model is chosen by the music.
inline constexpr std::string_view kAutoBase = "auto";

/// One part of a training of growing difficulty or length (Bengio et al., "Curriculum learning",
/// 2009). It ends after its batches or epochs, or sooner where validation reaches `nats`.
struct Stage {
  std::vector<std::string> paths;  // empty: the run's
  int time_steps = 0;              // 0: the run's
  int batch_size = 0;              // 0: the run's
  std::int64_t batches = 0;
  std::int64_t epochs = 0;
  double nats = 0;  // log-likelihood to reach in validation, nats per step, negative; 0: none
  bool operator==(const Stage&) const = default;
};

/// What a run does when a checkpoint, its curves or its sample music cannot be written.
enum class SaveFailure {
  stop,   // ends with the error; the checkpoints before it stay
  go_on,  // warns, and tries again at the next; the last save of a run must succeed
};

struct TrainOptions {
  std::vector<std::string> paths;  // folders, MIDI files, roll files
  std::string name;                // of the run folder, below `output`
  std::string output = "output";
  std::string restore;  // a model whose weights are started from; empty: none
  // A model of perhaps other features, range and articulation that is gone on from
  // (network/model/adapt.h); "auto": the shipped one that knows the music best, where the run is
  // measured in minutes and no sizes are given, which is then stored by its name; "none".
  std::string from = "auto";
  std::string split;  // a split file; empty: the corpus's own, or drawn

  // Sizes, window, and how music is read. Echoes and mix units that nobody gave: plan.h.
  network::Config model{.roll = {}, .lower_notes = 24, .lower_chord = true};
  double forget_bias = 1;

  // Data
  int min_steps = 1;  // shorter pieces are left out
  bool strict = false;
  int max_bad = -1;
  double validation_pieces = 0.1;  // below 1 a fraction, from 1 on a number
  double test_pieces = 0;
  int transpose = 0;  // up to ±K semitones, drawn per piece and epoch

  // Length: one of the three; none means minutes = 20.
  std::int64_t batches = 0;
  std::int64_t epochs = 0;
  double minutes = 0;
  std::vector<Stage> stages;  // empty: one stage, the run's own values

  int batch_size = 10;   // B, sequences
  int time_steps = 128;  // T
  double keep_prob = 0.75;
  // Dropout on the recurrent path: the share of each weight_hh that an update keeps (Merity, Keskar
  // & Socher 2018); 1: all.
  double recurrent_keep_prob = 1;
  double input_dropout = 0;  // share of the past's notes that the features miss while learning
  OptimiserOptions optimiser;
  ScheduleOptions schedule;
  double average = 0.998;  // decay of the moving average of weights; 0: none (Polyak & Juditsky
                           // 1992)

  int validate_every = 100;  // updates
  int save_every = 500;      // updates
  SaveFailure save_failure = SaveFailure::stop;
  int keep_checkpoints = 3;  // the newest K; 0: all
  int patience = 0;  // validations without a better one before it stops; 0: never stops early

  ReduceKind reduce = ReduceKind::f32;
  // Updates that each process makes on its own before their weights are averaged; 1: gradients are
  // summed in every update, as if one process trained (Stich, "Local SGD converges fast", 2019).
  int local_updates = 1;
  double peer_timeout = 120;  // seconds that another process may be silent for

  std::uint64_t seed = 1;
  int threads = 0;  // 0: the processor's
  Device device = Device::cpu;
  EngineKind engine = EngineKind::automatic;
  TrainPrecision precision = TrainPrecision::automatic;
  bool operator==(const TrainOptions&) const = default;
};

/// Whether `from` is a model's name.
bool names_base(const TrainOptions& options);

/// Throws Error (usage) where a value is outside its bounds or two contradict each other.
void check(const TrainOptions& options);

/// The precision that `options` come to on a machine whose processor multiplies bf16 natively or
/// not; never automatic, which is bf16 only where that is faster (network::bf16_is_faster). On the
/// CPU bf16 without native products comes to f32, and the engine "torch" computes in f32.
TrainPrecision resolved_precision(const TrainOptions& options,
                                  bool native_bf16 = network::has_native_bf16());
/// Puts it into `options`, and warns whoever asked for bf16 and gets f32.
void resolve_precision(TrainOptions& options, Progress& progress,
                       bool native_bf16 = network::has_native_bf16());

/// The stages to run: options.stages with the run's values where they leave one out, or the one
/// stage that the run itself is.
std::vector<Stage> resolved_stages(const TrainOptions& options);

corpus::ImportOptions import_options(const TrainOptions& options);

}  // namespace toccata::training
