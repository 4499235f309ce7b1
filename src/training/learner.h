#pragma once
// The weights and all that changes them: engine, gradient clipping, optimiser, moving average.

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "network/safetensors.h"
#include "roll/batch.h"
#include "training/options.h"

namespace toccata::training {

class Learner {
 public:
  /// Begins with `values` (P) and an optimiser that remembers nothing.
  Learner(const TrainOptions& options, const std::vector<float>& values);
  ~Learner();

  struct Step {
    double nats = 0;           // per counted step, before the update, with dropout
    std::int64_t frames = 0;   // counted steps
    double gradient_norm = 0;  // before clipping, of nats per counted step
  };
  /// One update, number `update` of the run (which names the dropout masks). Throws Error, with the
  /// weights as they were, where the loss or the gradient is not a finite number.
  Step learn(const roll::Batch& batch, std::int64_t update, double learning_rate);

  /// Seconds that the gradient of `batch` takes, the better of two; nothing is changed.
  double measure(const roll::Batch& batch);

  /// The weights to use: their moving average where one is kept.
  std::vector<float> weights() const;

  /// All that learn depends on: the weights "values", "average", the optimiser's state
  /// "optimiser.NAME" and "updates" (i64), each (P) but the last.
  network::TensorFile state() const;
  /// Throws Error, naming both shapes, where a tensor does not fit.
  void load(const network::TensorFile& state, std::string_view where);
  /// The optimiser's part alone; false, with nothing changed, where it is of another kind or size.
  bool load_optimiser(const network::TensorFile& state);

  const char* engine() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace toccata::training
