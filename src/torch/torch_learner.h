#pragma once

#include <memory>
#include <vector>

#include "training/learner.h"

namespace toccata::libtorch {

/// training::Learner with everything in tensors on options.device: no update waits for the GPU.
std::unique_ptr<training::Learner> make_torch_learner(const training::TrainOptions& options,
                                                      const std::vector<float>& values,
                                                      training::Ranks* ranks);

}  // namespace toccata::libtorch
