// What stands in the place of many processes where LibTorch was built without c10d, or Gloo's
// headers are not there.
#include "training/ranks.h"

#include "base/error.h"

namespace toccata::training {

std::unique_ptr<Ranks> meet(const Launch& launch, double, const Stop& stop) {
  if (launch.ranks > 1)
    fail_usage(
        "{} processes were started to train together, and this program was built for one: it needs "
        "a LibTorch with c10d and Gloo, and Gloo's headers (libgloo-dev)",
        launch.ranks);
  return std::make_unique<Alone>(stop);
}

}  // namespace toccata::training
