#include "network/training_pass.h"

#include <algorithm>
#include <functional>

#include "base/error.h"
#include "base/parallel.h"
#include "network/recurrent_mask.h"
#include "network/train_network.h"
#include "network/weights.h"

namespace toccata::network {
namespace {

using namespace train;

// Rows a thread works on side by side: enough to use each block of weights well.
constexpr int kRowsPerThread = 78;
// Steps of a stretch where nothing is kept for a way back.
constexpr int kLossSteps = 128;

void check_share(const char* name, float share) {
  if (!(share > 0 && share <= 1))
    fail_usage("{} is {}; it must be above 0 and at most 1.", name, share);
}

const Kernels& kernels_of(const PassOptions& options) {
  const std::vector<const Kernels*> all = all_kernels(options.precision);
  if (options.arithmetic >= all.size())
    fail_usage("There are {} arithmetics on this processor; {} was asked for.", all.size(),
               options.arithmetic);
  return *all[options.arithmetic];
}

}  // namespace

std::vector<std::string> training_arithmetics(Precision precision) {
  std::vector<std::string> names;
  for (const Kernels* kernels : all_kernels(precision)) names.emplace_back(kernels->name);
  return names;
}

struct TrainingPass::State {
  State(const Config& config_, const PassOptions& options_)
      : config(config_),
        options(options_),
        kernels(kernels_of(options)),
        slices(std::min(thread_count(options.threads), config.notes())),
        network(config, kernels, slices) {}

  void check(std::span<const float> values, const music::Batch& batch, bool may_rest) const {
    if (values.size() != parameter_count(config))
      fail("The model has {} parameters, but {} values were given.", parameter_count(config),
           values.size());
    check_batch(config, batch, may_rest);
  }
  std::vector<Group> groups(const music::Batch& batch, int steps) const;
  void each_slice(const std::function<void(int)>& work) const {
    parallel_for(static_cast<std::size_t>(slices), slices,
                 [&](std::size_t k) { work(static_cast<int>(k)); });
  }
  /// The weights that an update works with; its mask stays in `mask`.
  std::span<const float> dropped(std::span<const float> values, const Dropout& dropout);
  void begin_state(const music::Batch& batch, CarriedState& carried) const;
  Loss loss(std::span<const float> values, const music::Batch& batch, CarriedState& carried);

  Config config;
  PassOptions options;
  const Kernels& kernels;
  int slices;
  Network network;
  CarriedState own_state;            // of loss without a state
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
  if (batch.sequences > 0) s.check(values, batch, false);
  if (gradient.size() != values.size())
    fail("The model has {} parameters, but room for {} gradients was given.", values.size(),
         gradient.size());
  check_share("keep_prob", dropout.keep_prob);
  check_share("recurrent_keep_prob", dropout.recurrent_keep_prob);
  Network& network = s.network;
  network.begin(s.dropped(values, dropout), true);
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
    network.prepare(batch, group, dropout, true);
    network.clear_state(group);
    s.each_slice([&](int k) { network.encode(k, batch, group); });
    s.each_slice([&](int k) { network.time_forward(k, group); });
    s.each_slice([&](int k) {
      network.note_forward(k, batch, group, true);
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

Loss TrainingPass::loss(std::span<const float> values, const music::Batch& batch) {
  state_->check(values, batch, false);
  state_->own_state = {};
  return state_->loss(values, batch, state_->own_state);
}

Loss TrainingPass::loss(std::span<const float> values, const music::Batch& batch,
                        CarriedState& state) {
  state_->check(values, batch, true);
  return state_->loss(values, batch, state);
}

Loss TrainingPass::State::loss(std::span<const float> values, const music::Batch& batch,
                               CarriedState& carried) {
  network.begin(values, false);
  begin_state(batch, carried);
  Loss loss;
  for (const Group& whole : groups(batch, std::min(batch.steps, kLossSteps)))
    for (int from = 0; from < whole.steps(); from += kLossSteps) {
      const Group group = stretch(whole, from, kLossSteps);
      network.prepare(batch, group, {}, false);
      network.load_state(group, carried);
      each_slice([&](int k) { network.encode(k, batch, group); });
      each_slice([&](int k) { network.time_forward(k, group); });
      each_slice([&](int k) { network.note_forward(k, batch, group, false); });
      network.store_state(group, carried);
      for (int w = 0; w < group.windows(); ++w) {
        double nats = 0;
        for (const Slice& slice : network.slices()) nats += slice.nats[w];
        carried.nats[group.b[w]] += nats;
        loss.nats += nats;
      }
      loss.frames += static_cast<std::int64_t>(group.frames());
    }
  return loss;
}

void TrainingPass::State::begin_state(const music::Batch& batch, CarriedState& carried) const {
  carried.hidden.resize(network.time_layers());
  carried.cell.resize(network.time_layers());
  carried.nats.assign(batch.sequences, 0.0);
  for (int k = 0; k < network.time_layers(); ++k) {
    const std::size_t each = static_cast<std::size_t>(config.notes()) * network.time_units(k);
    for (std::vector<float>* part : {&carried.hidden[k], &carried.cell[k]}) {
      if (part->empty()) part->resize(each * batch.sequences);
      if (part->size() != each * batch.sequences)
        fail("The carried state is that of {} sequences, but the batch holds {}.",
             part->size() / each, batch.sequences);
      for (int b = 0; b < batch.sequences; ++b)
        if (batch.step[b] == 0) std::fill_n(part->begin() + b * each, each, 0.0f);
    }
  }
}

std::string TrainingPass::arithmetic() const {
  return state_->kernels.name;
}
std::size_t TrainingPass::bytes() const {
  return state_->network.bytes();
}

}  // namespace toccata::network
