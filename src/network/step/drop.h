#pragma once
// Dropout of the stepper's layers.

#include <cstddef>

#include "network/model/dropout.h"
#include "network/step/packed_network.h"

namespace toccata::network::stepping {

/// One row of a layer's output after dropout.
///   h, y: (H) elements, read and written
void drop(const Kernels& kernels, const PackedLayer& layer, const DropoutRow& row, float keep_prob,
          const std::byte* h, std::byte* y);

}  // namespace toccata::network::stepping
