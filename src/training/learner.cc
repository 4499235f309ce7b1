#include "training/learner.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <deque>
#include <utility>

#include "base/error.h"
#include "training/optimiser.h"

namespace toccata::training {
namespace {

bool fits(const network::TensorFile& file, const std::string& name, std::size_t size) {
  const auto found = file.tensors.find(name);
  return found != file.tensors.end() && found->second.type == network::DType::f32 &&
         found->second.shape == std::vector<std::int64_t>{static_cast<std::int64_t>(size)};
}

std::vector<float> load_tensor(const network::TensorFile& file, const std::string& name,
                               std::size_t size, std::string_view where) {
  const auto found = file.tensors.find(name);
  if (found == file.tensors.end()) fail("{}: the tensor \"{}\" is missing", where, name);
  if (!fits(file, name, size))
    fail("{}: the tensor \"{}\" has shape ({}) where this run needs ({})", where, name,
         fmt::join(found->second.shape, ", "), size);
  std::vector<float> values = network::to_floats(found->second);
  if (!is_finite(values))
    fail("{}: the tensor \"{}\" holds numbers that are not finite", where, name);
  return values;
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

constexpr const char* kOptimiser = "optimiser.";

/// The one on the CPU: all in plain buffers.
class OwnLearner : public Learner {
 public:
  OwnLearner(const TrainOptions& options, const std::vector<float>& values, Ranks* ranks,
             std::unique_ptr<Engine> engine)
      : options_(options),
        engine_(std::move(engine)),
        values_(values),
        gradient_(values.size()),
        optimiser_(options.optimiser, values.size(), options.threads) {
    if (ranks && ranks->count() > 1 && options.local_updates == 1)
      engine_ = share_out(std::move(engine_), *ranks, options.reduce);
    if (options.average > 0) average_ = values_;
    dropout_.keep_prob = static_cast<float>(options.keep_prob);
    dropout_.seed = options.seed;
    dropout_.recurrent_keep_prob = static_cast<float>(options.recurrent_keep_prob);
  }

  void learn(const music::Batch& batch, std::int64_t update, double learning_rate) override {
    dropout_.update = static_cast<std::uint64_t>(update);
    const network::Loss loss = engine_->gradient(values_, batch, dropout_, gradient_);
    // The gradient of nats per counted step; its scale is applied by the optimiser.
    const double frames = static_cast<double>(std::max<std::int64_t>(loss.frames, 1));
    const double length = norm(gradient_, options_.threads) / frames;
    check_finite(options_, update, loss.nats / frames, length, learning_rate);
    const double factor = clip_factor(length, options_.optimiser.clip_norm) / frames;
    optimiser_.step(values_, gradient_, static_cast<float>(factor), learning_rate, average_,
                    average_decay(options_.average, optimiser_.updates() + 1));
    check_kept(update, learning_rate);
    told_.push_back({update, loss.frames, loss.nats / frames, length});
  }

  std::optional<UpdateFigures> due_figures() override { return figures(); }
  std::optional<UpdateFigures> figures() override {
    if (told_.empty()) return std::nullopt;
    const UpdateFigures first = told_.front();
    told_.pop_front();
    return first;
  }

  double measure(const music::Batch& batch) override {
    double best = 1e9;
    for (int i = 0; i < 2; ++i) {
      const auto begun = std::chrono::steady_clock::now();
      engine_->gradient(values_, batch, dropout_, gradient_);
      const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begun;
      best = std::min(best, taken.count());
    }
    return best;
  }

  std::vector<float> weights() const override { return average_.empty() ? values_ : average_; }
  const char* engine() const override { return engine_->name(); }

  LearnerState state() const override {
    LearnerState state;
    state.updates = optimiser_.updates();
    state.tensors["values"] = values_;
    if (!average_.empty()) state.tensors["average"] = average_;
    for (const auto& [name, values] : optimiser_.state()) state.tensors[kOptimiser + name] = values;
    return state;
  }
  void set_state(const LearnerState& state) override {
    optimiser_.set_updates(state.updates);
    values_ = state.tensors.at("values");
    if (!average_.empty()) average_ = state.tensors.at("average");
    for (auto& [name, values] : optimiser_.state()) values = state.tensors.at(kOptimiser + name);
  }

 private:
  void check_kept(std::int64_t update, double rate) const {
    if (!is_finite(values_)) fail_of_kept(options_, update, "values", rate);
    if (!is_finite(average_)) fail_of_kept(options_, update, "average", rate);
    for (const auto& [name, values] : optimiser_.state())
      if (!is_finite(values)) fail_of_kept(options_, update, kOptimiser + name, rate);
  }

  const TrainOptions options_;
  std::unique_ptr<Engine> engine_;
  std::vector<float> values_;    // (P)
  std::vector<float> gradient_;  // (P), of the last batch's nats
  std::vector<float> average_;   // (P), or empty
  Optimiser optimiser_;
  network::Dropout dropout_;
  std::deque<UpdateFigures> told_;
};

}  // namespace

void check_finite(const TrainOptions& options, std::int64_t update, double nats, double norm,
                  double rate) {
  if (!std::isfinite(nats) || !std::isfinite(norm))
    fail(
        "training diverged at update {}: the loss is {} and the gradient's norm {}; a lower "
        "--learning-rate (now {}) or a shorter --clip (now {}) helps",
        update, nats, norm, rate, options.optimiser.clip_norm);
}

void fail_of_kept(const TrainOptions& options, std::int64_t update, std::string_view what,
                  double rate) {
  fail(
      "training diverged at update {}: {}: numbers that are not finite; a lower --learning-rate "
      "(now {}) or a shorter --clip (now {}) helps",
      update, what, rate, options.optimiser.clip_norm);
}

double average_decay(double average, std::int64_t updates) {
  const auto done = static_cast<double>(updates);
  return std::min(average, (1 + done) / (10 + done));
}

network::TensorFile Learner::to_file() const {
  const LearnerState now = state();
  network::TensorFile file;
  for (const auto& [name, values] : now.tensors) {
    if (!is_finite(values))
      fail("after {} updates \"{}\" holds numbers that are not finite: nothing is saved of that",
           now.updates, name);
    file.tensors[name] = network::make_tensor({std::ssize(values)}, values);
  }
  file.tensors["updates"] = stored(now.updates);
  return file;
}

void Learner::load(const network::TensorFile& file, std::string_view where) {
  LearnerState wanted = state();
  for (auto& [name, values] : wanted.tensors) {
    // A run that kept no average so far begins one with its weights.
    const bool none = name == "average" && !file.tensors.contains(name);
    values = load_tensor(file, none ? "values" : name, values.size(), where);
  }
  wanted.updates = load_number(file, "updates", where);
  set_state(wanted);
}

bool Learner::load_optimiser(const network::TensorFile& file) {
  const auto is_optimisers = [](const auto& entry) { return entry.first.starts_with(kOptimiser); };
  LearnerState wanted = state();
  if (std::ranges::count_if(file.tensors, is_optimisers) !=
      std::ranges::count_if(wanted.tensors, is_optimisers))
    return false;
  for (const auto& [name, values] : wanted.tensors)
    if (name.starts_with(kOptimiser) && !fits(file, name, values.size())) return false;
  constexpr const char* kWhere = "the optimiser's state";
  for (auto& [name, values] : wanted.tensors)
    if (name.starts_with(kOptimiser)) values = load_tensor(file, name, values.size(), kWhere);
  wanted.updates = load_number(file, "updates", kWhere);
  set_state(wanted);
  return true;
}

void Learner::average_with(Ranks& ranks) {
  LearnerState all = state();
  for (auto& [name, values] : all.tensors) ranks.begin_all_reduce(values, ReduceKind::f32);
  ranks.finish_all_reduce();
  const auto share = 1.0f / static_cast<float>(ranks.count());
  for (auto& [name, values] : all.tensors)
    for (float& value : values) value *= share;
  set_state(all);
}

void Learner::take_from_first(Ranks& ranks) {
  LearnerState all = state();
  for (auto& [name, values] : all.tensors) ranks.broadcast(values);
  all.updates = std::stoll(ranks.broadcast(std::to_string(all.updates)));
  set_state(all);
}

std::unique_ptr<Learner> make_own_learner(const TrainOptions& options,
                                          const std::vector<float>& values, Ranks* ranks,
                                          std::unique_ptr<Engine> engine) {
  return std::make_unique<OwnLearner>(options, values, ranks, std::move(engine));
}

}  // namespace toccata::training
