#pragma once
// The gradient of a batch whose windows are shared out to several processes: data parallelism
// (Krizhevsky, "One weird trick for parallelizing convolutional neural networks", 2014). Each
// process computes the gradient of its own windows; the sum over all is the batch's, and its parts
// travel as soon as they stand, while the way back through the time axis goes on.

#include <memory>

#include "training/loss_function.h"
#include "training/ranks.h"

namespace toccata::training {

/// `own` computes a process's share. Nats, frames and gradient are the whole batch's, the same
/// bits in every process. `ranks` must outlive it.
std::unique_ptr<Engine> share_out(std::unique_ptr<Engine> own, Ranks& ranks, ReduceKind reduce);

}  // namespace toccata::training
