#include "network/model/dropout.h"

#include <algorithm>

#include "network/model/weights.h"

namespace toccata::network {

// Draws are DropoutMasks' own, of a window that no batch holds: step and note 0 of a layer, its
// units the values of weight_hh in their order.
constexpr std::uint64_t kNoWindow = ~std::uint64_t{0};

void recurrent_mask(const Config& config, const Dropout& dropout, std::span<float> mask) {
  std::fill(mask.begin(), mask.end(), 1.0f);
  if (dropout.recurrent_keep_prob >= 1) return;
  const DropoutMasks masks({dropout.recurrent_keep_prob, dropout.seed, dropout.update}, kNoWindow);
  const std::uint32_t threshold = DropoutMasks::keep_threshold(dropout.recurrent_keep_prob);
  const float scale = 1 / dropout.recurrent_keep_prob;
  const WeightSlices<float> slice = slices(config, mask.data());
  for (const auto& stack : slice.stacks)
    for (const LstmSlice<float>& weights : stack) {
      const DropoutRow row = masks.row(weights.mask, 0, 0);
      const auto size = 4 * static_cast<std::uint32_t>(weights.hidden) *
                        static_cast<std::uint32_t>(weights.hidden);
      for (std::uint32_t i = 0; i < size; ++i)
        weights.weight_hh[i] = row.mix(i) < threshold ? scale : 0;
    }
}

std::vector<float> recurrent_mask(const Config& config, const Dropout& dropout) {
  std::vector<float> mask(parameter_count(config));
  recurrent_mask(config, dropout, mask);
  return mask;
}

}  // namespace toccata::network
