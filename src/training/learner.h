#pragma once
// The weights and all that changes them: engine, gradient clipping, optimiser, moving average.

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "music/batch.h"
#include "network/safetensors.h"
#include "training/figures.h"
#include "training/loss_function.h"
#include "training/options.h"
#include "training/ranks.h"

namespace toccata::training {

class Learner {
 public:
  /// Begins with `values` (P) and an optimiser that remembers nothing. With `ranks`, which must
  /// outlive it, each batch is this process's share of one, and learn is called by all.
  ///   engine: who computes the gradient; null: make_engine's
  Learner(const TrainOptions& options, const std::vector<float>& values, Ranks* ranks = nullptr,
          std::unique_ptr<Engine> engine = nullptr);
  ~Learner();

  /// One update, number `update` of the run (which names the dropout masks). On a GPU it returns
  /// before the update is done. Throws Error where the loss or the gradient is not a finite number,
  /// with the weights as they were, and where the update left anything that is kept infinite or no
  /// number; on a GPU that is found out with the figures.
  void learn(const music::Batch& batch, std::int64_t update, double learning_rate);

  /// What updates came to, one after the other, in their order: those that are due (on the CPU at
  /// once, on a GPU some updates later), or any that were not told yet. Throws Error where one is
  /// not finite.
  std::optional<Figures> due_figures();
  std::optional<Figures> figures();

  /// Seconds that the gradient of `batch` takes, the better of two; nothing is changed.
  double measure(const music::Batch& batch);

  /// The weights to use: their moving average where one is kept.
  std::vector<float> weights() const;

  /// All that learn depends on: the weights "values", "average", the optimiser's state
  /// "optimiser.NAME" and "updates" (i64), each (P) but the last. Throws Error where a number is
  /// not finite: no checkpoint shall hold it.
  network::TensorFile state() const;
  /// Throws Error, naming both shapes, where a tensor does not fit, and where one is not finite.
  void load(const network::TensorFile& state, std::string_view where);
  /// The mean of all processes' weights and optimiser states, where each learns on its own.
  void average_with(Ranks& ranks);
  /// Takes over all of it from the first process.
  void take_from_first(Ranks& ranks);
  /// The optimiser's part alone; false, with nothing changed, where it is of another kind or size.
  bool load_optimiser(const network::TensorFile& state);

  const char* engine() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace toccata::training
