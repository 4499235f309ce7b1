#pragma once
// The weights and all that changes them: engine, gradient clipping, optimiser, moving average.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "music/batch.h"
#include "network/model/safetensors.h"
#include "training/engine.h"
#include "training/options.h"
#include "training/ranks.h"

namespace toccata::training {

/// What an update came to.
struct UpdateFigures {
  std::int64_t update = 0;  // its number
  std::int64_t frames = 0;  // counted steps
  double nats = 0;          // per counted step, before the update, with dropout
  double gradient_norm = 0;
};

/// All that an update changes: the weights "values", their moving "average" where one is kept, and
/// the optimiser's state "optimiser.NAME", each (P).
struct LearnerState {
  std::map<std::string, std::vector<float>> tensors;
  std::int64_t updates = 0;  // done, for bias correction
};

/// Where the weights lie is the learner's own affair: in memory, or on a GPU (src/torch).
class Learner {
 public:
  virtual ~Learner() = default;

  /// One update, number `update` of the run (which names the dropout masks). On a GPU it returns
  /// before the update is done. Throws Error where the loss or the gradient is not a finite number,
  /// with the weights as they were, and where the update left anything that is kept infinite or no
  /// number; on a GPU that is found out with the figures.
  virtual void learn(const music::Batch& batch, std::int64_t update, double learning_rate) = 0;

  /// What updates came to, one after the other, in their order: those that are due (on the CPU at
  /// once, on a GPU some updates later), or any that were not told yet. Throws Error where one is
  /// not finite.
  virtual std::optional<UpdateFigures> due_figures() = 0;
  virtual std::optional<UpdateFigures> figures() = 0;

  /// Seconds that the gradient of `batch` takes, the better of two; nothing is changed.
  virtual double measure(const music::Batch& batch) = 0;

  /// The weights to use: their moving average where one is kept.
  virtual std::vector<float> weights() const = 0;

  /// The engine's name.
  virtual const char* engine() const = 0;

  /// A copy of the state, and back. `state` has the same tensors.
  virtual LearnerState state() const = 0;
  virtual void set_state(const LearnerState& state) = 0;

  /// The state as a file: each tensor (P), and "updates" (i64). Throws Error where a number is not
  /// finite, so that no checkpoint holds it.
  network::TensorFile to_file() const;
  /// Throws Error, naming both shapes, where a tensor does not fit, and where one is not finite.
  void load(const network::TensorFile& file, std::string_view where);
  /// The optimiser's part alone; false, with nothing changed, where it is of another kind or size.
  bool load_optimiser(const network::TensorFile& file);

  /// The mean of all processes' states, where each learns on its own.
  void average_with(Ranks& ranks);
  /// Takes over the state of the first process.
  void take_from_first(Ranks& ranks);
};

/// The own one: all in plain buffers on the CPU. Begins with `values` (P) and an optimiser that
/// remembers nothing. With `ranks`, which must outlive it, each batch is this process's share of
/// one, and learn is called by all.
std::unique_ptr<Learner> make_own_learner(const TrainOptions& options,
                                          const std::vector<float>& values, Ranks* ranks,
                                          std::unique_ptr<Engine> engine);

/// The errors of learners: a loss or a norm that is not finite, and numbers that are kept. `rate`:
/// of the update.
void check_finite(const TrainOptions& options, std::int64_t update, double nats, double norm,
                  double rate);
[[noreturn]] void fail_of_kept(const TrainOptions& options, std::int64_t update,
                               std::string_view what, double rate);

/// The decay of the moving average after `updates`: early on it forgets faster, so that the random
/// beginning does not linger.
double average_decay(double average, std::int64_t updates);

}  // namespace toccata::training
