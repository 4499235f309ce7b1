// The entry of the shared object.
#include "training/backend.h"

#include <torch/cuda.h>
#include <torch/version.h>

#include <string_view>

#include "torch/c10d_ranks.h"
#include "torch/torch_engine.h"
#include "torch/torch_learner.h"
#include "torch/torch_likelihood.h"

namespace toccata::libtorch {
namespace {

class Plugin : public training::TorchPlugin {
 public:
  std::string text() const override { return "LibTorch " TORCH_VERSION; }
  std::vector<std::string> devices() const override {
    std::vector<std::string> found = {"cpu"};
    if (torch::cuda::is_available())
      found.push_back(fmt::format("cuda ({} card{})", torch::cuda::device_count(),
                                  torch::cuda::device_count() == 1 ? "" : "s"));
    return found;
  }
  std::unique_ptr<training::Learner> learner(const training::TrainOptions& options,
                                             const std::vector<float>& values,
                                             training::Ranks* ranks) const override {
    return make_torch_learner(options, values, ranks);
  }
  std::unique_ptr<training::Engine> engine(const training::TrainOptions& options) const override {
    return make_cpu_engine(options);
  }
  std::unique_ptr<training::Ranks> join(const training::Launch& launch, double timeout,
                                        const Stop& stop) const override {
    return libtorch::join(launch, timeout, stop);
  }
  listening::Likelihood likelihood(const network::Model& model,
                                   std::span<const corpus::Piece* const> pieces,
                                   training::Device device, const Stop& stop) const override {
    return torch_likelihood(model, pieces, device, stop);
  }
};

}  // namespace
}  // namespace toccata::libtorch

extern "C" const toccata::training::TorchPlugin* toccata_torch_plugin(const char* abi) {
  static const toccata::libtorch::Plugin plugin;
  return abi == toccata::training::torch_plugin_abi() ? &plugin : nullptr;
}
