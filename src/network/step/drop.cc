#include "network/step/drop.h"

#include "network/model/float_formats.h"

namespace toccata::network::stepping {

void drop(const Kernels& kernels, const PackedLayer& layer, const DropoutRow& row, float keep_prob,
          const std::byte* h, std::byte* y) {
  const std::uint32_t threshold = DropoutMasks::keep_threshold(keep_prob);
  const float scale = 1 / keep_prob;
  for (int u = 0; u < layer.units; ++u) {
    const bool kept = row.mix(static_cast<std::uint32_t>(u)) < threshold;
    switch (kernels.layout.element) {
      case Precision::f32: {
        const float value = reinterpret_cast<const float*>(h)[u];
        reinterpret_cast<float*>(y)[u] = kept ? value * scale : 0;
        break;
      }
      case Precision::bf16: {
        const std::uint16_t value = reinterpret_cast<const std::uint16_t*>(h)[u];
        reinterpret_cast<std::uint16_t*>(y)[u] = kept ? to_bf16(from_bf16(value) * scale) : 0;
        break;
      }
      default:  // int8, whose weights have the scale: PackedNetwork
        if (kernels.layout.wide)
          reinterpret_cast<std::int16_t*>(y)[u] =
              kept ? reinterpret_cast<const std::int16_t*>(h)[u] : std::int16_t{0};
        else
          y[u] = kept ? h[u] : std::byte{kZero};
    }
  }
}

}  // namespace toccata::network::stepping
