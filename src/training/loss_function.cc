#include "training/loss_function.h"

#include <ATen/Context.h>
#include <torch/autograd.h>
#include <torch/cuda.h>
#include <torch/utils.h>
#include <torch/version.h>

#include <algorithm>

#include "base/error.h"
#include "base/random.h"
#include "network/dropout.h"
#include "network/weights.h"
#include "training/torch_batch.h"
#include "training/torch_model.h"

namespace toccata::training {
namespace {

class OwnEngine : public Engine {
 public:
  explicit OwnEngine(const TrainOptions& options)
      : pass_(options.model, {.precision = resolved_precision(options) == PrecisionKind::bf16
                                               ? network::Precision::bf16
                                               : network::Precision::f32,
                              .threads = options.threads}) {}
  const char* name() const override { return "own"; }
  BatchLoss gradient(const torch::Tensor& values, const music::Batch& batch,
                     const network::Dropout& dropout, torch::Tensor& gradient,
                     const network::Ready& ready) override {
    const auto size = static_cast<std::size_t>(values.numel());
    const network::Loss loss = pass_.gradient({values.data_ptr<float>(), size}, batch, dropout,
                                              {gradient.data_ptr<float>(), size}, ready);
    return {torch::tensor(loss.nats, torch::kFloat64), loss.frames};
  }

 private:
  network::TrainingPass pass_;
};

class TorchEngine : public Engine {
 public:
  explicit TorchEngine(const TrainOptions& options)
      : config_(options.model),
        device_(torch_device(options.device)),
        type_(resolved_precision(options) == PrecisionKind::bf16 ? torch::kBFloat16
                                                                 : torch::kFloat32),
        model_(options.model, device_, type_),
        encoder_(options.model, device_, type_) {
    if (options.device != Device::cuda) return;
    const bool tf32 = resolved_precision(options) == PrecisionKind::tf32;
    at::globalContext().setAllowTF32CuBLAS(tf32);
    at::globalContext().setAllowTF32CuDNN(tf32);
  }
  const char* name() const override { return "torch"; }
  BatchLoss gradient(const torch::Tensor& values, const music::Batch& batch,
                     const network::Dropout& dropout, torch::Tensor& gradient,
                     const network::Ready& ready) override {
    // LibTorch's dropout draws from a generator of its own: naming its state by the update lets a
    // resumed run draw the same.
    constexpr std::uint64_t kStream = 0x746f726368;
    BatchLoss loss{torch::zeros({}, values.options().dtype(torch::kFloat64)), 0};
    if (batch.sequences > 0) {
      // The shares of one batch (ranks.h) draw apart; a whole batch's first sample is any number.
      const Random named(dropout.seed, kStream ^ batch.sample[0]);
      torch::manual_seed(named.at(dropout.update));
      const TorchBatch prepared = encoder_.encode(batch);
      const torch::Tensor mask = mask_of(dropout);
      model_.load(mask.defined() ? values * mask : values);
      loss = {model_.gradient(prepared, dropout.keep_prob, gradient), prepared.frames};
      if (mask.defined()) gradient.mul_(mask);
    } else {
      gradient.zero_();
    }
    if (ready) ready(0, static_cast<std::size_t>(gradient.numel()));
    return loss;
  }

 private:
  /// (P) on the device: network::recurrent_mask, the same as on the CPU; undefined where all is
  /// kept.
  torch::Tensor mask_of(const network::Dropout& dropout) const {
    if (dropout.recurrent_keep_prob >= 1) return {};
    const std::size_t count = network::parameter_count(config_);
    const torch::Tensor mask = torch::empty({static_cast<std::int64_t>(count)}, torch::kFloat32);
    network::recurrent_mask(config_, dropout, {mask.data_ptr<float>(), count});
    return sent(mask, device_);
  }

  network::Config config_;
  torch::Device device_;
  torch::ScalarType type_;
  TorchModel model_;
  TorchEncoder encoder_;
};

class LossFunction : public torch::autograd::Function<LossFunction> {
 public:
  static torch::Tensor forward(torch::autograd::AutogradContext* context,
                               const torch::Tensor& values, Engine* engine,
                               const music::Batch* batch, const network::Dropout* dropout,
                               std::int64_t* counted) {
    torch::Tensor gradient = torch::empty_like(values);
    const BatchLoss loss = engine->gradient(values.detach(), *batch, *dropout, gradient);
    if (counted) *counted = loss.frames;
    const double frames = static_cast<double>(std::max<std::int64_t>(loss.frames, 1));
    gradient.div_(frames);
    context->save_for_backward({gradient});
    return loss.nats / frames;
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list outer) {
    const torch::Tensor gradient = context->get_saved_variables()[0];
    return {gradient * outer[0].to(gradient.dtype()), {}, {}, {}, {}};
  }
};

}  // namespace

torch::Device torch_device(Device device) {
  if (device == Device::cpu) return torch::kCPU;
  if (!torch::cuda::is_available())
    fail_usage(
        "--device cuda: this LibTorch ({}) sees no CUDA device; use --device cpu, or build "
        "with a CUDA build of LibTorch on a machine that has one",
        TORCH_VERSION);
  return torch::kCUDA;
}

std::unique_ptr<Engine> make_engine(const TrainOptions& options) {
  const bool own = options.engine == EngineKind::own ||
                   (options.engine == EngineKind::automatic && options.device == Device::cpu);
  if (own) return std::make_unique<OwnEngine>(options);
  return std::make_unique<TorchEngine>(options);
}

torch::Tensor batch_loss(const torch::Tensor& values, Engine& engine, const music::Batch& batch,
                         const network::Dropout& dropout, std::int64_t* frames) {
  return LossFunction::apply(values, &engine, &batch, &dropout, frames);
}

}  // namespace toccata::training
