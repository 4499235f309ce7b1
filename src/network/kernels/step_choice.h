#pragma once
// Which kernels a Stepper runs on.

#include "network/kernels/precision.h"
#include "network/kernels/step_kernels.h"

namespace toccata::network::stepping {

/// Throws Error (usage) where this processor has none of the kind.
const Kernels& choose_kernels(Precision precision, InstructionSet set);

}  // namespace toccata::network::stepping
