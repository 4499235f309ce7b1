#include "torch/torch_engine.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <torch/cuda.h>
#include <torch/utils.h>
#include <torch/version.h>

#include "base/error.h"
#include "base/parallel.h"
#include "base/random.h"
#include "network/model/dropout.h"
#include "network/model/weights.h"

namespace toccata::libtorch {
namespace {

using training::TrainPrecision;

class CpuEngine : public training::Engine {
 public:
  explicit CpuEngine(const training::TrainOptions& options) : engine_(options) {}
  const char* name() const override { return "torch"; }
  network::Loss gradient(std::span<const float> values, const music::Batch& batch,
                         const network::Dropout& dropout, std::span<float> gradient,
                         const network::Ready& ready) override {
    const auto size = static_cast<std::int64_t>(values.size());
    torch::Tensor made = torch::from_blob(gradient.data(), {size}, torch::kFloat32);
    const BatchLoss loss = engine_.gradient(
        torch::from_blob(const_cast<float*>(values.data()), {size}, torch::kFloat32), batch,
        dropout, made);
    if (ready) ready(0, gradient.size());
    return {loss.nats.item<double>(), loss.frames};
  }

 private:
  TorchEngine engine_;
};

}  // namespace

torch::Device torch_device(training::Device device) {
  if (device == training::Device::cpu) return torch::kCPU;
  if (!torch::cuda::is_available())
    fail_usage(
        "--device cuda: this LibTorch ({}) sees no CUDA device; use --device cpu, or build "
        "toccata-torch with a CUDA build of LibTorch on a machine that has one",
        TORCH_VERSION);
  return torch::kCUDA;
}

TorchEngine::TorchEngine(const training::TrainOptions& options)
    : config_(options.model),
      device_(torch_device(options.device)),
      type_(training::resolved_precision(options) == TrainPrecision::bf16 ? torch::kBFloat16
                                                                          : torch::kFloat32),
      model_(options.model, device_, type_),
      encoder_(options.model, device_, type_) {
  torch::set_num_threads(thread_count(options.threads));
  if (options.device != training::Device::cuda) return;
  const bool tf32 = training::resolved_precision(options) == TrainPrecision::tf32;
  at::globalContext().setAllowTF32CuBLAS(tf32);
  at::globalContext().setAllowTF32CuDNN(tf32);
}

BatchLoss TorchEngine::gradient(const torch::Tensor& values, const music::Batch& batch,
                                const network::Dropout& dropout, torch::Tensor& gradient) {
  // LibTorch's dropout draws from a generator of its own: naming its state by the update lets a
  // resumed run draw the same.
  constexpr std::uint64_t kStream = 0x746f726368;
  if (batch.sequences == 0) {
    gradient.zero_();
    return {torch::zeros({}, values.options().dtype(torch::kFloat64)), 0};
  }
  // The shares of one batch (training/ranks.h) draw apart; a whole batch's first sample is any
  // number.
  const Random named(dropout.seed, kStream ^ batch.sample[0]);
  torch::manual_seed(named.at(dropout.update));
  const TorchBatch prepared = encoder_.encode(batch);
  const torch::Tensor mask = mask_of(dropout);
  model_.load(mask.defined() ? values * mask : values);
  const BatchLoss loss{model_.gradient(prepared, dropout.keep_prob, gradient), prepared.frames};
  if (mask.defined()) gradient.mul_(mask);
  return loss;
}

/// (P) on the device: network::recurrent_mask, the same as on the CPU; undefined where all is kept.
torch::Tensor TorchEngine::mask_of(const network::Dropout& dropout) const {
  if (dropout.recurrent_keep_prob >= 1) return {};
  const std::size_t count = network::parameter_count(config_);
  const torch::Tensor mask = torch::empty({static_cast<std::int64_t>(count)}, torch::kFloat32);
  network::recurrent_mask(config_, dropout, {mask.data_ptr<float>(), count});
  return sent(mask, device_);
}

std::unique_ptr<training::Engine> make_cpu_engine(const training::TrainOptions& options) {
  return std::make_unique<CpuEngine>(options);
}

}  // namespace toccata::libtorch
