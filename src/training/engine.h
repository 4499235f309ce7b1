#pragma once
// Who computes a batch's loss and gradient.

#include <cstdint>
#include <memory>
#include <span>

#include "music/batch.h"
#include "network/train/training_pass.h"
#include "training/options.h"
#include "training/ranks.h"

namespace toccata::training {

class Engine {
 public:
  virtual ~Engine() = default;
  virtual const char* name() const = 0;
  /// The batch's nats, a sum over counted steps and notes, and their gradient; zeros where it has
  /// no windows.
  ///   values, gradient: (P); gradient is written whole
  ///   ready: as TrainingPass::gradient's; the same parts in the same order for every batch
  virtual network::Loss gradient(std::span<const float> values, const music::Batch& batch,
                                 const network::Dropout& dropout, std::span<float> gradient,
                                 const network::Ready& ready = {}) = 0;
};

/// The own one: network::TrainingPass, on the CPU.
std::unique_ptr<Engine> make_own_engine(const TrainOptions& options);

/// The gradient of a batch whose windows are shared out to several processes: data parallelism
/// (Krizhevsky, "One weird trick for parallelizing convolutional neural networks", 2014). `own`
/// computes a process's share; nats, frames and gradient are the whole batch's, the same bits in
/// every process. Parts of the gradient travel as soon as they stand, while the backward pass
/// through the time axis goes on. `ranks` must outlive it.
std::unique_ptr<Engine> share_out(std::unique_ptr<Engine> own, Ranks& ranks, ReduceKind reduce);

}  // namespace toccata::training
