#include "training/learner.h"

#include <fmt/ranges.h>
#include <torch/utils.h>

#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstring>

#include "base/error.h"
#include "base/parallel.h"
#include "training/delayed.h"
#include "training/loss_function.h"
#include "training/optimiser.h"
#include "training/shared_engine.h"

namespace toccata::training {
namespace {

network::Tensor stored(const torch::Tensor& tensor) {
  const torch::Tensor local = tensor.detach().to(torch::kCPU).contiguous();
  return network::make_tensor({local.numel()},
                              {local.data_ptr<float>(), static_cast<std::size_t>(local.numel())});
}

/// Whether every number of it is finite. In bits on the CPU, at the speed of memory; elsewhere by a
/// sum: in double, floats that are finite have a finite one.
bool is_finite(const torch::Tensor& tensor) {
  if (!tensor.is_cpu() || !tensor.is_contiguous())
    return std::isfinite(tensor.detach().sum(torch::kFloat64).item<double>());
  const float* values = tensor.data_ptr<float>();
  std::int32_t largest = 0;
  for (std::int64_t i = 0; i < tensor.numel(); ++i)
    largest = std::max(largest, std::bit_cast<std::int32_t>(values[i]) & 0x7fffffff);
  return largest < 0x7f800000;
}

bool fits(const network::TensorFile& file, const std::string& name, const torch::Tensor& tensor) {
  const auto found = file.tensors.find(name);
  return found != file.tensors.end() && found->second.type == network::DType::f32 &&
         found->second.shape == std::vector<std::int64_t>{tensor.numel()};
}

void load_tensor(const network::TensorFile& file, const std::string& name, torch::Tensor& tensor,
                 std::string_view where) {
  const auto found = file.tensors.find(name);
  if (found == file.tensors.end()) fail("{}: the tensor \"{}\" is missing", where, name);
  if (!fits(file, name, tensor))
    fail("{}: the tensor \"{}\" has shape ({}) where this run needs ({})", where, name,
         fmt::join(found->second.shape, ", "), tensor.numel());
  std::vector<float> values = network::to_floats(found->second);
  tensor.copy_(torch::from_blob(values.data(), {tensor.numel()}, torch::kFloat32));
  if (!is_finite(tensor))
    fail("{}: the tensor \"{}\" holds numbers that are not finite", where, name);
}

network::Tensor stored(std::int64_t number) {
  network::Tensor tensor;
  tensor.type = network::DType::i64;
  tensor.shape = {1};
  tensor.bytes.resize(sizeof number);
  std::memcpy(tensor.bytes.data(), &number, sizeof number);
  return tensor;
}

std::int64_t load_number(const network::TensorFile& file, const std::string& name,
                         std::string_view where) {
  const auto found = file.tensors.find(name);
  if (found == file.tensors.end() || found->second.type != network::DType::i64 ||
      found->second.bytes.size() != sizeof(std::int64_t))
    fail("{}: the number \"{}\" is missing", where, name);
  std::int64_t number = 0;
  std::memcpy(&number, found->second.bytes.data(), sizeof number);
  return number;
}

}  // namespace

// Updates that a GPU may have before it while the host reads what earlier ones came to.
constexpr std::size_t kBehind = 8;

struct Learner::State {
  TrainOptions options;
  std::unique_ptr<Engine> engine;
  torch::Tensor values;   // (P), requires a gradient
  torch::Tensor average;  // (P), or undefined
  Optimiser optimiser;
  network::Dropout dropout;
  Delayed figures;
  double learning_rate = 0;  // of the last update, for messages

  State(const TrainOptions& for_options, torch::Tensor begin, Ranks* ranks,
        std::unique_ptr<Engine> by)
      : options(for_options),
        engine(by ? std::move(by) : make_engine(for_options)),
        values(std::move(begin)),
        optimiser(for_options.optimiser, values),
        figures(values.device(), values.is_cuda() ? kBehind : 0) {
    if (ranks && ranks->count() > 1 && options.local_updates == 1)
      engine = share_out(std::move(engine), *ranks, options.reduce);
    if (options.average > 0) average = values.clone();
    values.set_requires_grad(true);
    dropout.keep_prob = static_cast<float>(options.keep_prob);
    dropout.seed = options.seed;
    dropout.recurrent_keep_prob = static_cast<float>(options.recurrent_keep_prob);
  }

  void check(std::int64_t update, double nats, double norm) const {
    if (!std::isfinite(nats) || !std::isfinite(norm))
      fail(
          "training diverged at update {}: the loss is {} and the gradient's norm {}; a lower "
          "--learning-rate (now {}) or a shorter --clip (now {}) helps",
          update, nats, norm, learning_rate, options.optimiser.clip_norm);
  }
  std::optional<Figures> checked(std::optional<Figures> told) const {
    if (!told) return told;
    check(told->update, told->nats, told->gradient_norm);
    if (!std::isfinite(told->kept))
      fail_of_kept(told->update, "the weights or what is kept beside");
    return told;
  }

  /// All that is learned and kept.
  template <typename Visit>
  void each_kept(Visit&& visit) {
    visit("values", values);
    if (average.defined()) visit("average", average);
    for (const auto& [name, tensor] : optimiser.state()) visit("optimiser." + name, tensor);
  }
  void check_kept(std::int64_t update) {
    each_kept([&](const std::string& name, const torch::Tensor& tensor) {
      if (!is_finite(tensor)) fail_of_kept(update, name);
    });
  }
  /// Its sum, 0-dim f64 on the device; nothing waits for it.
  torch::Tensor sum_of_kept() {
    torch::Tensor sum = torch::zeros({}, values.options().dtype(torch::kFloat64));
    each_kept([&](const std::string&, const torch::Tensor& tensor) {
      sum.add_(tensor.detach().sum(torch::kFloat64));
    });
    return sum;
  }
  [[noreturn]] void fail_of_kept(std::int64_t update, const std::string& what) const {
    fail(
        "training diverged at update {}: {}: numbers that are not finite; a lower --learning-rate "
        "(now {}) or a shorter --clip (now {}) helps",
        update, what, learning_rate, options.optimiser.clip_norm);
  }

  /// Early on the average forgets faster, so that the random beginning does not linger.
  void move_average() {
    const double updates = static_cast<double>(optimiser.updates());
    const double decay = std::min(options.average, (1 + updates) / (10 + updates));
    average.mul_(decay).add_(values, 1 - decay);
  }
};

Learner::Learner(const TrainOptions& options, const std::vector<float>& values, Ranks* ranks,
                 std::unique_ptr<Engine> engine) {
  torch::set_num_threads(thread_count(options.threads));
  torch::Tensor begin = torch::empty({static_cast<std::int64_t>(values.size())}, torch::kFloat32);
  std::copy(values.begin(), values.end(), begin.data_ptr<float>());
  state_ = std::make_unique<State>(options, begin.to(torch_device(options.device)), ranks,
                                   std::move(engine));
}
Learner::~Learner() = default;

void Learner::learn(const music::Batch& batch, std::int64_t update, double learning_rate) {
  State& s = *state_;
  s.dropout.update = static_cast<std::uint64_t>(update);
  s.learning_rate = learning_rate;
  std::int64_t frames = 0;
  const torch::Tensor loss = batch_loss(s.values, *s.engine, batch, s.dropout, &frames);
  s.values.mutable_grad() = torch::Tensor();
  loss.backward();

  const torch::NoGradGuard no_gradient;
  torch::Tensor gradient = s.values.grad();
  const torch::Tensor norm = clip_gradient(gradient, s.options.optimiser.clip_norm);
  // To look at a number of a GPU's is to wait for it.
  const bool at_once = !s.values.is_cuda();
  if (at_once) s.check(update, loss.item<double>(), norm.item<double>());
  s.optimiser.step(s.values, gradient, learning_rate);
  if (s.average.defined()) s.move_average();
  if (at_once) s.check_kept(update);
  const torch::Tensor kept = at_once ? torch::zeros_like(norm) : s.sum_of_kept();
  s.figures.add(update, frames, torch::stack({loss.detach(), norm, kept}));
}

std::optional<Figures> Learner::due_figures() {
  return state_->checked(state_->figures.next_due());
}

std::optional<Figures> Learner::figures() {
  return state_->checked(state_->figures.next());
}

double Learner::measure(const music::Batch& batch) {
  State& s = *state_;
  const torch::Tensor values = s.values.detach();
  torch::Tensor gradient = torch::empty_like(values);
  double best = 1e9;
  for (int i = 0; i < 2; ++i) {
    const auto begun = std::chrono::steady_clock::now();
    s.engine->gradient(values, batch, s.dropout, gradient).nats.item<double>();
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begun;
    best = std::min(best, taken.count());
  }
  return best;
}

std::vector<float> Learner::weights() const {
  const torch::Tensor used = state_->average.defined() ? state_->average : state_->values;
  const torch::Tensor local = used.detach().to(torch::kCPU).contiguous();
  const float* begin = local.data_ptr<float>();
  return {begin, begin + local.numel()};
}

network::TensorFile Learner::state() const {
  const torch::NoGradGuard no_gradient;
  state_->check_kept(state_->optimiser.updates() - 1);
  network::TensorFile file;
  state_->each_kept([&](const std::string& name, const torch::Tensor& tensor) {
    file.tensors[name] = stored(tensor);
  });
  file.tensors["updates"] = stored(state_->optimiser.updates());
  return file;
}

void Learner::load(const network::TensorFile& file, std::string_view where) {
  const torch::NoGradGuard no_gradient;
  State& s = *state_;
  load_tensor(file, "values", s.values, where);
  if (s.average.defined()) {
    // A run that kept no average so far begins one with its weights.
    const bool kept = file.tensors.contains("average");
    load_tensor(file, kept ? "average" : "values", s.average, where);
  }
  for (auto& [name, tensor] : s.optimiser.state())
    load_tensor(file, "optimiser." + name, tensor, where);
  s.optimiser.set_updates(load_number(file, "updates", where));
}

void Learner::average_with(Ranks& ranks) {
  const torch::NoGradGuard no_gradient;
  State& s = *state_;
  std::vector<torch::Tensor> all{s.values.detach()};
  if (s.average.defined()) all.push_back(s.average);
  for (auto& [name, tensor] : s.optimiser.state()) all.push_back(tensor);
  for (const torch::Tensor& tensor : all) ranks.begin_sum(tensor, ReduceKind::f32);
  ranks.end_sums();
  for (torch::Tensor& tensor : all) tensor.div_(ranks.count());
}

void Learner::take_from_first(Ranks& ranks) {
  State& s = *state_;
  ranks.from_first(s.values.detach());
  if (s.average.defined()) ranks.from_first(s.average);
  for (auto& [name, tensor] : s.optimiser.state()) ranks.from_first(tensor);
  const torch::Tensor updates = torch::full({1}, s.optimiser.updates(), torch::kLong);
  ranks.from_first(updates);
  s.optimiser.set_updates(updates.item<std::int64_t>());
}

bool Learner::load_optimiser(const network::TensorFile& file) {
  const torch::NoGradGuard no_gradient;
  std::map<std::string, torch::Tensor>& state = state_->optimiser.state();
  std::size_t remembered = 0;
  for (const auto& entry : file.tensors) remembered += entry.first.starts_with("optimiser.");
  if (remembered != state.size()) return false;
  for (const auto& [name, tensor] : state)
    if (!fits(file, "optimiser." + name, tensor)) return false;
  for (auto& [name, tensor] : state)
    load_tensor(file, "optimiser." + name, tensor, "the optimiser's state");
  state_->optimiser.set_updates(load_number(file, "updates", "the optimiser's state"));
  return true;
}

const char* Learner::engine() const {
  return state_->engine->name();
}

}  // namespace toccata::training
