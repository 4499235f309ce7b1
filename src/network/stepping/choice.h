#pragma once
// Which kernels a Stepper runs on.

#include "network/stepper.h"
#include "network/stepping/kernels.h"

namespace toccata::network::stepping {

/// Throws Error (usage) where this processor has none of the kind.
const Kernels& choose_kernels(Arithmetic arithmetic, InstructionSet set);

}  // namespace toccata::network::stepping
