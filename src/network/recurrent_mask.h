#pragma once
// Dropout on the recurrent path, as weight dropping: DropConnect (Wan et al. 2013) on weight_hh of
// every LSTM layer (Merity, Keskar & Socher, "Regularizing and Optimizing LSTM Language Models",
// 2018). One mask an update, the same for all windows, steps and notes: an LSTM with other weights,
// so that the layers need not know of it.

#include <span>
#include <vector>

#include "network/config.h"
#include "network/training_pass.h"

namespace toccata::network {

/// What an update multiplies each parameter by before it uses it, and its gradient by afterwards:
/// in each LSTM layer's weight_hh 0 where dropped and 1/recurrent_keep_prob where kept, 1 in all
/// else. A function of (dropout.seed, dropout.update, layer, index in weight_hh) alone.
///   mask: (parameter_count(config)), written whole
void recurrent_mask(const Config& config, const Dropout& dropout, std::span<float> mask);
std::vector<float> recurrent_mask(const Config& config, const Dropout& dropout);

}  // namespace toccata::network
