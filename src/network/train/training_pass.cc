#include "network/train/training_pass.h"

#include <algorithm>
#include <functional>

#include "base/error.h"
#include "base/parallel.h"
#include "network/model/weights.h"
#include "network/train/network.h"

namespace toccata::network {
namespace {

using namespace train;

// Rows a thread works on side by side: enough to use each block of weights well.
constexpr int kRowsPerThread = 78;

void check_share(const char* name, float share) {
  if (!(share > 0 && share <= 1))
    fail_usage("{} is {}; it must be above 0 and at most 1.", name, share);
}

}  // namespace

std::string training_arithmetic(Precision precision, InstructionSet set) {
  return training_kernels(precision, set).name;
}

struct TrainingPass::State {
  State(const Config& config_, const PassOptions& options_)
      : config(config_),
        options(options_),
        kernels(training_kernels(options.precision, options.instruction_set)),
        slices(std::min(thread_count(options.threads), config.notes())),
        network(config, kernels, slices) {}

  void check(std::span<const float> values, const music::Batch& batch) const {
    if (values.size() != parameter_count(config))
      fail("The model has {} parameters, but {} values were given.", parameter_count(config),
           values.size());
    check_batch(config, batch);
  }
  std::vector<Group> groups(const music::Batch& batch, int steps) const;
  void each_slice(const std::function<void(int)>& work) const {
    parallel_for(static_cast<std::size_t>(slices), slices,
                 [&](std::size_t k) { work(static_cast<int>(k)); });
  }
  /// The weights that an update works with; its mask stays in `mask`.
  std::span<const float> dropped(std::span<const float> values, const Dropout& dropout);

  Config config;
  PassOptions options;
  const Kernels& kernels;
  int slices;
  Network network;
  std::vector<float> mask, weights;  // (P), of an update that drops weights
};

// As many windows side by side as keep the threads busy and fit into the memory allowed, each
// keeping `steps` steps.
std::vector<Group> TrainingPass::State::groups(const music::Batch& batch, int steps) const {
  const int notes = config.notes();
  const int wanted = (kRowsPerThread * slices + notes - 1) / notes;
  const std::size_t bytes = network.bytes_per_note_step() * notes * std::max(steps, 1);
  const auto fitting = static_cast<int>(
      std::min<std::size_t>(std::max(wanted, 1), options.activation_bytes / bytes));
  return plan_groups(batch, std::max(fitting, 1));
}

std::span<const float> TrainingPass::State::dropped(std::span<const float> values,
                                                    const Dropout& dropout) {
  if (dropout.recurrent_keep_prob >= 1) return values;
  mask.resize(values.size());
  weights.resize(values.size());
  recurrent_mask(config, dropout, mask);
  std::transform(values.begin(), values.end(), mask.begin(), weights.begin(), std::multiplies());
  return weights;
}

TrainingPass::TrainingPass(const Config& config, const PassOptions& options) {
  check(config);
  state_ = std::make_unique<State>(config, options);
}
TrainingPass::~TrainingPass() = default;
TrainingPass::TrainingPass(TrainingPass&&) noexcept = default;
TrainingPass& TrainingPass::operator=(TrainingPass&&) noexcept = default;

Loss TrainingPass::gradient(std::span<const float> values, const music::Batch& batch,
                            const Dropout& dropout, std::span<float> gradient, const Ready& ready) {
  State& s = *state_;
  if (batch.sequences > 0) s.check(values, batch);
  if (gradient.size() != values.size())
    fail("The model has {} parameters, but room for {} gradients was given.", values.size(),
         gradient.size());
  check_share("keep_prob", dropout.keep_prob);
  check_share("recurrent_keep_prob", dropout.recurrent_keep_prob);
  Network& network = s.network;
  network.begin(s.dropped(values, dropout));
  Loss loss;
  const std::size_t notes_from = network.notes_from();
  const auto stands = [&](std::size_t begin, std::size_t end) {
    if (dropout.recurrent_keep_prob < 1)
      for (std::size_t i = begin; i < end; ++i) gradient[i] *= s.mask[i];
    if (ready) ready(begin, end);
  };
  const auto notes_stand = [&] {
    network.collect_notes(gradient);
    stands(notes_from, gradient.size());
  };
  std::vector<Group> groups;
  if (batch.sequences == 0)
    notes_stand();
  else
    groups = s.groups(batch, *std::max_element(batch.lengths.begin(), batch.lengths.end()));
  for (const Group& group : groups) {
    network.prepare(batch, group, dropout);
    network.clear_state(group);
    s.each_slice([&](int k) { network.encode(k, batch, group); });
    s.each_slice([&](int k) { network.time_forward(k, group); });
    s.each_slice([&](int k) {
      network.note_forward(k, batch, group);
      network.note_backward(k, group);
    });
    if (&group == &groups.back()) notes_stand();
    s.each_slice([&](int k) { network.time_backward(k, group); });
    for (const Slice& slice : network.slices())
      for (const double nats : slice.nats) loss.nats += nats;
    loss.frames += static_cast<std::int64_t>(group.frames());
  }
  network.collect_time(gradient);
  stands(0, notes_from);
  return loss;
}

std::string TrainingPass::arithmetic() const {
  return state_->kernels.name;
}
std::size_t TrainingPass::bytes() const {
  return state_->network.bytes();
}

}  // namespace toccata::network
