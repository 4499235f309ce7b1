#pragma once
// Exact whole-piece likelihood by LibTorch: the oracle of listening::likelihood in tests, and the
// path on CUDA.

#include <span>

#include "base/stop.h"
#include "corpus/piece.h"
#include "listening/likelihood.h"
#include "network/model/weights.h"
#include "training/options.h"

namespace toccata::libtorch {

/// Whole pieces, several side by side, cut into stretches along time with the state carried. Stops
/// between pieces where asked to: the result then holds those that were finished.
listening::Likelihood torch_likelihood(const network::Model& model,
                                       std::span<const corpus::Piece* const> pieces,
                                       training::Device device, const Stop& stop);

}  // namespace toccata::libtorch
