#include "training/devices.h"

#include <fmt/format.h>
#include <torch/cuda.h>
#include <torch/version.h>

namespace toccata::training {

std::string torch_text() {
  return "LibTorch " TORCH_VERSION;
}

std::vector<std::string> devices() {
  std::vector<std::string> found = {"cpu"};
  if (torch::cuda::is_available())
    found.push_back(fmt::format("cuda ({} card{})", torch::cuda::device_count(),
                                torch::cuda::device_count() == 1 ? "" : "s"));
  return found;
}

}  // namespace toccata::training
