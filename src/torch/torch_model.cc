#include "torch/torch_model.h"

#include <torch/autograd.h>
#include <torch/nn/functional/dropout.h>
#include <torch/nn/functional/loss.h>
#include <torch/nn/modules/rnn.h>

#include "network/model/weights.h"

namespace toccata::libtorch {
namespace {

/// A tensor over part of `flat` with a storage of its own that begins there: cuDNN takes an LSTM's
/// weights without copying where they fill one storage in its order, which is the flat buffer's.
torch::Tensor part_of(const torch::Tensor& flat, std::size_t offset, std::int64_t size) {
  char* begin = static_cast<char*>(flat.data_ptr()) + offset * flat.element_size();
  return torch::from_blob(
      begin, {size}, [flat](void*) {}, flat.options());
}

}  // namespace

struct TorchModel::Layers {
  network::Config config;
  torch::Device device;
  torch::Tensor values, gradients;  // (P), leaf storage of every parameter and its gradient
  std::vector<torch::nn::LSTM> time, mix, note;  // mix: of mixes(config)
  torch::Tensor head_weight, head_bias;          // (C, H) and (C), or (N, C, H) and (N, C)

  Layers(const network::Config& for_config, torch::Device on, torch::ScalarType type)
      : config(for_config), device(on) {
    const auto count = static_cast<std::int64_t>(network::parameter_count(config));
    values = torch::zeros({count}, torch::TensorOptions(type).device(device));
    gradients = torch::zeros_like(values);
    const std::vector<network::Parameter> list = network::parameters(config);
    head_weight = torch::empty(list[list.size() - 2].shape).requires_grad_();
    head_bias = torch::empty(list.back().shape).requires_grad_();
    auto parameter = list.begin();
    for (const network::LayerSpec& spec : network::layers(config)) {
      torch::nn::LSTM layer(torch::nn::LSTMOptions(spec.input, spec.units));
      std::vector<torch::Tensor> tensors;
      for (const char* name : {"weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"})
        tensors.push_back(layer->named_parameters()[name]);
      adopt(tensors, parameter);
      (spec.stack == network::Stack::time   ? time
       : spec.stack == network::Stack::note ? note
                                            : mix)
          .push_back(std::move(layer));
    }
    adopt({head_weight, head_bias}, parameter);
  }

  /// Makes `tensors` and their gradients parts of the flat buffers, from `parameter` on.
  void adopt(const std::vector<torch::Tensor>& tensors,
             std::vector<network::Parameter>::const_iterator& parameter) {
    const std::size_t begin = parameter->offset;
    std::size_t size = 0;
    for (std::size_t i = 0; i < tensors.size(); ++i)
      size += (parameter + static_cast<std::ptrdiff_t>(i))->size;
    const torch::Tensor value = part_of(values, begin, static_cast<std::int64_t>(size));
    const torch::Tensor gradient = part_of(gradients, begin, static_cast<std::int64_t>(size));
    for (torch::Tensor tensor : tensors) {
      const auto offset = static_cast<std::int64_t>(parameter->offset - begin);
      const auto length = static_cast<std::int64_t>(parameter->size);
      TORCH_CHECK(tensor.sizes() == c10::IntArrayRef(parameter->shape), parameter->name);
      tensor.set_data(value.narrow(0, offset, length).view(parameter->shape));
      tensor.mutable_grad() = gradient.narrow(0, offset, length).view(parameter->shape);
      ++parameter;
    }
  }
};

TorchModel::TorchModel(const network::Config& config, torch::Device device, torch::ScalarType type)
    : layers_(std::make_unique<Layers>(config, device, type)) {}
TorchModel::~TorchModel() = default;
TorchModel::TorchModel(TorchModel&&) noexcept = default;
TorchModel& TorchModel::operator=(TorchModel&&) noexcept = default;

void TorchModel::load(const torch::Tensor& values) {
  const torch::NoGradGuard no_gradient;
  layers_->values.copy_(values);
}

namespace {

torch::Tensor drop(const torch::Tensor& h, float keep_prob, const torch::Tensor* mask) {
  if (mask) return h * *mask;
  if (keep_prob >= 1) return h;
  namespace F = torch::nn::functional;
  return F::dropout(h, F::DropoutFuncOptions().p(1 - keep_prob).training(true));
}

}  // namespace

torch::Tensor TorchModel::logits(const TorchBatch& batch, float keep_prob, const Masks* masks,
                                 TimeState* state) {
  const std::int64_t steps = batch.features.size(0), sequences = batch.features.size(1),
                     notes = batch.features.size(2), channels = batch.target.size(3);
  // Along time, each note its own sequence: (T, B*N, …).
  torch::Tensor h = batch.features.view({steps, sequences * notes, -1});
  TimeState next;
  for (std::size_t k = 0; k < layers_->time.size(); ++k) {
    torch::nn::LSTM& layer = layers_->time[k];
    const bool carried = state && !state->h.empty();
    const auto [output, last] =
        carried ? layer->forward(h, std::make_tuple(state->h[k], state->c[k])) : layer->forward(h);
    next.h.push_back(std::get<0>(last));
    next.c.push_back(std::get<1>(last));
    const torch::Tensor mask =
        masks ? masks->time[k].view({steps, sequences * notes, -1}) : torch::Tensor();
    h = drop(output, keep_prob, masks ? &mask : nullptr);
  }
  if (state) *state = std::move(next);
  // Along the notes, each step its own sequence: (N, T*B, …). The notes below are the truth.
  const auto run = [&](torch::nn::LSTM& layer, const torch::Tensor& x, const torch::Tensor* mask) {
    const torch::Tensor output = std::get<0>(layer->forward(x));
    if (!mask) return drop(output, keep_prob, nullptr);
    const torch::Tensor rows = mask->permute({2, 0, 1, 3}).reshape({notes, steps * sequences, -1});
    return drop(output, keep_prob, &rows);
  };
  h = h.view({steps, sequences, notes, -1}).permute({2, 0, 1, 3});
  std::vector<torch::Tensor> inputs{h};
  if (!layers_->mix.empty()) {
    const torch::Tensor x = h.reshape({notes, steps * sequences, -1});
    const std::vector<network::Mix> mixes = network::mixes(layers_->config);
    for (std::size_t k = 0; k < mixes.size(); ++k) {
      const torch::Tensor mixed =
          run(layers_->mix[k], mixes[k].down ? x.flip(0) : x, masks ? &masks->mix[k] : nullptr);
      inputs.push_back((mixes[k].down ? mixed.flip(0) : mixed).view({notes, steps, sequences, -1}));
    }
  }
  inputs.push_back(batch.lower.permute({2, 0, 1, 3}));
  h = torch::cat(inputs, 3).reshape({notes, steps * sequences, -1});
  for (std::size_t k = 0; k < layers_->note.size(); ++k)
    h = run(layers_->note[k], h, masks ? &masks->note[k] : nullptr);
  const torch::Tensor logits =
      layers_->config.heads == network::Heads::per_note
          ? torch::baddbmm(layers_->head_bias.unsqueeze(1), h,
                           layers_->head_weight.transpose(1, 2))  // (N, T*B, C)
          : torch::linear(h, layers_->head_weight, layers_->head_bias);
  return logits.to(torch::kFloat32).view({notes, steps, sequences, channels}).permute({1, 2, 0, 3});
}

torch::Tensor TorchModel::frame_nats(const TorchBatch& batch, const torch::Tensor& logits) {
  namespace F = torch::nn::functional;
  const torch::Tensor bits = F::binary_cross_entropy_with_logits(
      logits, batch.target, F::BinaryCrossEntropyWithLogitsFuncOptions().reduction(torch::kNone));
  return (bits * batch.counts).sum({2, 3});
}

torch::Tensor TorchModel::gradient(const TorchBatch& batch, float keep_prob,
                                   torch::Tensor& gradient, const Masks* masks) {
  const torch::AutoGradMode with_gradient(true);
  {
    const torch::NoGradGuard no_gradient;
    layers_->gradients.zero_();
  }
  const torch::Tensor nats =
      frame_nats(batch, logits(batch, keep_prob, masks)).sum(torch::kFloat64);
  nats.backward();
  const torch::NoGradGuard no_gradient;
  gradient.copy_(layers_->gradients);
  return nats.detach();
}

}  // namespace toccata::libtorch
