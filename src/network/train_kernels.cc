#include "network/train_kernels.h"

namespace toccata::network::train {

const Kernels& best_kernels(Precision precision) {
  return plain_kernels(precision);
}

}  // namespace toccata::network::train
