#include "torch/torch_learner.h"

#include <torch/utils.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <utility>

#include "base/error.h"
#include "torch/c10d_ranks.h"
#include "torch/delayed.h"
#include "torch/torch_engine.h"
#include "torch/torch_optimiser.h"

namespace toccata::libtorch {
namespace {

using training::LearnerState;
using training::Ranks;
using training::TrainOptions;
using training::UpdateFigures;

// Updates that a GPU may have before it while the host reads what earlier ones came to.
constexpr std::size_t kBehind = 8;

std::vector<float> on_host(const torch::Tensor& tensor) {
  const torch::Tensor local = tensor.to(torch::kCPU).contiguous();
  const float* begin = local.data_ptr<float>();
  return {begin, begin + local.numel()};
}

torch::Tensor as_tensor(const std::vector<float>& values) {
  return torch::from_blob(const_cast<float*>(values.data()), {std::ssize(values)}, torch::kFloat32);
}

class TorchLearner : public training::Learner {
 public:
  TorchLearner(const TrainOptions& options, const std::vector<float>& values, Ranks* ranks)
      : options_(options),
        engine_(options),
        values_(as_tensor(values).to(torch_device(options.device), torch::kFloat32, false,
                                     /*copy=*/true)),
        gradient_(torch::empty_like(values_)),
        optimiser_(options.optimiser, values_),
        ranks_(ranks && ranks->count() > 1 && options.local_updates == 1 ? ranks : nullptr),
        figures_(values_.device(), values_.is_cuda() ? kBehind : 0) {
    if (options.average > 0) average_ = values_.clone();
    dropout_.keep_prob = static_cast<float>(options.keep_prob);
    dropout_.seed = options.seed;
    dropout_.recurrent_keep_prob = static_cast<float>(options.recurrent_keep_prob);
  }

  void learn(const music::Batch& batch, std::int64_t update, double learning_rate) override {
    dropout_.update = static_cast<std::uint64_t>(update);
    learning_rate_ = learning_rate;
    const BatchLoss loss = gradient(batch);
    const torch::NoGradGuard no_gradient;
    const double frames = static_cast<double>(std::max<std::int64_t>(loss.frames, 1));
    gradient_.div_(frames);
    const torch::Tensor norm = clip_gradient(gradient_, options_.optimiser.clip_norm);
    optimiser_.step(values_, gradient_, learning_rate);
    if (average_.defined()) {
      const double decay = training::average_decay(options_.average, optimiser_.updates());
      average_.mul_(decay).add_(values_, 1 - decay);
    }
    // To look at a number of a GPU's is to wait for it: what is kept is summed, in double, and
    // finite floats have a finite sum.
    torch::Tensor kept = torch::zeros({}, values_.options().dtype(torch::kFloat64));
    for (const auto& [name, tensor] : all()) kept.add_(tensor->sum(torch::kFloat64));
    figures_.add(update, loss.frames, torch::stack({loss.nats / frames, norm, kept}));
  }

  std::optional<UpdateFigures> due_figures() override { return checked(figures_.next_due()); }
  std::optional<UpdateFigures> figures() override { return checked(figures_.next()); }

  double measure(const music::Batch& batch) override {
    double best = 1e9;
    for (int i = 0; i < 2; ++i) {
      const auto begun = std::chrono::steady_clock::now();
      gradient(batch).nats.item<double>();
      const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begun;
      best = std::min(best, taken.count());
    }
    return best;
  }

  std::vector<float> weights() const override {
    return on_host(average_.defined() ? average_ : values_);
  }
  const char* engine() const override { return "torch"; }

  LearnerState state() const override {
    LearnerState state;
    state.updates = optimiser_.updates();
    for (const auto& [name, tensor] : const_cast<TorchLearner*>(this)->all())
      state.tensors[name] = on_host(*tensor);
    return state;
  }
  void set_state(const LearnerState& state) override {
    const torch::NoGradGuard no_gradient;
    optimiser_.set_updates(state.updates);
    for (const auto& [name, tensor] : all()) tensor->copy_(as_tensor(state.tensors.at(name)));
  }

 private:
  /// Of this process's share of the batch, or of the whole where processes share it.
  BatchLoss gradient(const music::Batch& batch) {
    BatchLoss loss = engine_.gradient(values_, batch, dropout_, gradient_);
    if (!ranks_) return loss;
    if (auto* with_tensors = dynamic_cast<TensorRanks*>(ranks_)) {
      with_tensors->begin_all_reduce(gradient_, options_.reduce);
      ranks_->finish_all_reduce();
    }
    std::array<double, 2> sums{loss.nats.item<double>(), static_cast<double>(loss.frames)};
    ranks_->all_reduce(sums);
    return {torch::full({}, sums[0], loss.nats.options()), static_cast<std::int64_t>(sums[1])};
  }

  std::vector<std::pair<std::string, torch::Tensor*>> all() {
    std::vector<std::pair<std::string, torch::Tensor*>> list{{"values", &values_}};
    if (average_.defined()) list.emplace_back("average", &average_);
    for (auto& [name, tensor] : optimiser_.state()) list.emplace_back("optimiser." + name, &tensor);
    return list;
  }

  std::optional<UpdateFigures> checked(const std::optional<Figures>& told) const {
    if (!told) return std::nullopt;
    const UpdateFigures& of = told->update;
    training::check_finite(options_, of.update, of.nats, of.gradient_norm, learning_rate_);
    if (!std::isfinite(told->kept))
      training::fail_of_kept(options_, of.update, "the weights or what is kept beside",
                             learning_rate_);
    return of;
  }

  const TrainOptions options_;
  TorchEngine engine_;
  torch::Tensor values_, gradient_;  // (P)
  torch::Tensor average_;            // (P), or undefined
  TorchOptimiser optimiser_;
  Ranks* ranks_;  // where each batch is shared out
  network::Dropout dropout_;
  Delayed figures_;
  double learning_rate_ = 0;  // of the last update, for messages
};

}  // namespace

std::unique_ptr<training::Learner> make_torch_learner(const TrainOptions& options,
                                                      const std::vector<float>& values,
                                                      Ranks* ranks) {
  return std::make_unique<TorchLearner>(options, values, ranks);
}

}  // namespace toccata::libtorch
