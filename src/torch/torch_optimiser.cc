#include "torch/torch_optimiser.h"

#include <cmath>

namespace toccata::libtorch {

torch::Tensor clip_gradient(torch::Tensor& gradient, double longest) {
  const torch::Tensor norm = gradient.square().sum(torch::kFloat64).sqrt();
  if (longest > 0) gradient.mul_((longest / norm).clamp_max(1));
  return norm;
}

TorchOptimiser::TorchOptimiser(const training::OptimiserOptions& options,
                               const torch::Tensor& values)
    : options_(options),
      epsilon_(options.epsilon > 0 ? options.epsilon : training::usual_epsilon(options.kind)) {
  const torch::NoGradGuard no_gradient;
  const auto remember = [&](const char* name) { state_[name] = torch::zeros_like(values); };
  switch (options.kind) {
    case training::OptimiserKind::adam:
    case training::OptimiserKind::adamw:
      remember("mean");
      remember("mean_square");
      break;
    case training::OptimiserKind::adadelta:
      remember("mean_square");
      remember("mean_square_step");
      break;
    case training::OptimiserKind::rmsprop:
      remember("mean_square");
      break;
    case training::OptimiserKind::sgd:
      remember("velocity");
      break;
  }
}

void TorchOptimiser::step(torch::Tensor& values, const torch::Tensor& gradient,
                          double learning_rate) {
  const torch::NoGradGuard no_gradient;
  ++updates_;
  torch::Tensor pulled = gradient;
  if (options_.weight_decay > 0) {
    if (options_.kind == training::OptimiserKind::adamw)
      values.mul_(1 - learning_rate * options_.weight_decay);
    else
      pulled = gradient.add(values, options_.weight_decay);
  }
  switch (options_.kind) {
    case training::OptimiserKind::adam:
    case training::OptimiserKind::adamw:
      return adam(values, pulled, learning_rate);
    case training::OptimiserKind::adadelta:
      return adadelta(values, pulled, learning_rate);
    case training::OptimiserKind::rmsprop:
      return rmsprop(values, pulled, learning_rate);
    case training::OptimiserKind::sgd:
      return sgd(values, pulled, learning_rate);
  }
}

void TorchOptimiser::adam(torch::Tensor& values, const torch::Tensor& gradient, double rate) {
  torch::Tensor& mean = state_.at("mean");
  torch::Tensor& mean_square = state_.at("mean_square");
  const double updates = static_cast<double>(updates_);
  const double mean_bias = 1 - std::pow(options_.beta1, updates);
  const double square_bias = 1 - std::pow(options_.beta2, updates);
  mean.mul_(options_.beta1).add_(gradient, 1 - options_.beta1);
  mean_square.mul_(options_.beta2).addcmul_(gradient, gradient, 1 - options_.beta2);
  const torch::Tensor width = mean_square.sqrt().div_(std::sqrt(square_bias)).add_(epsilon_);
  values.addcdiv_(mean, width, -rate / mean_bias);
}

void TorchOptimiser::adadelta(torch::Tensor& values, const torch::Tensor& gradient, double rate) {
  torch::Tensor& mean_square = state_.at("mean_square");
  torch::Tensor& mean_square_step = state_.at("mean_square_step");
  mean_square.mul_(options_.rho).addcmul_(gradient, gradient, 1 - options_.rho);
  const torch::Tensor step =
      mean_square_step.add(epsilon_).sqrt_().div_(mean_square.add(epsilon_).sqrt_()).mul_(gradient);
  values.add_(step, -rate);
  mean_square_step.mul_(options_.rho).addcmul_(step, step, 1 - options_.rho);
}

void TorchOptimiser::rmsprop(torch::Tensor& values, const torch::Tensor& gradient, double rate) {
  torch::Tensor& mean_square = state_.at("mean_square");
  mean_square.mul_(options_.alpha).addcmul_(gradient, gradient, 1 - options_.alpha);
  values.addcdiv_(gradient, mean_square.sqrt().add_(epsilon_), -rate);
}

void TorchOptimiser::sgd(torch::Tensor& values, const torch::Tensor& gradient, double rate) {
  torch::Tensor& velocity = state_.at("velocity");
  velocity.mul_(options_.momentum).add_(gradient);
  values.add_(velocity, -rate);
}

}  // namespace toccata::libtorch
