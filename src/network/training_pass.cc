#include "network/training_pass.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "base/parallel.h"
#include "network/input_kernel.h"
#include "network/train_axis.h"
#include "network/weights.h"
#include "roll/roll.h"

namespace toccata::network {
namespace {

using namespace train;

// Rows a thread works on side by side: enough to use each block of weights well.
constexpr int kRowsPerThread = 78;
// Steps of a stretch where nothing is kept for a way back.
constexpr int kLossSteps = 128;

/// Windows worked on together, longest first.
struct Group {
  std::vector<int> b;                  // of the batch
  std::vector<int> length;             // steps that count, none zero
  std::vector<std::size_t> first_row;  // of each window on the note axis
  int begin = 0;                       // first step, of the batch
  int steps() const { return length.empty() ? 0 : length[0]; }
  std::size_t frames() const {
    return std::accumulate(length.begin(), length.end(), std::size_t{0});
  }
};

struct Slice {
  AxisSlice time, note;
  Buffer<char> y;                               // (note rows, H) values: the top layer's output
  Buffer<float> dy;                             // (note rows, unit_stride)
  Buffer<float> logits;                         // (note rows, C)
  std::vector<std::size_t> y_rows;              // row tables of y and dy
  std::vector<std::size_t> to_note, from_note;  // of the time axis' output and its gradient
  std::vector<float> features;                  // (N, F)
  Buffer<float> head_weight;                    // (C, unit_stride), gradient
  double head_bias[2] = {};
  std::vector<double> nats;  // of each window of the group
};

double softplus(double x) {
  return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x));
}

}  // namespace

struct TrainingPass::State {
  State(const Config& config_, const PassOptions& options_)
      : config(config_),
        options(options_),
        kernels(options.plain ? plain_kernels(options.precision) : best_kernels(options.precision)),
        time(kernels, true, config.features(), 0, config.time_units, 0),
        note(kernels, false, config.time_units.back() + config.channels(), config.time_units.back(),
             config.note_units, time.layers()),
        slices(static_cast<std::size_t>(std::min(thread_count(options.threads), config.notes()))) {}

  void check_batch(std::span<const float> values, const roll::Batch& batch, bool may_rest) const;
  void begin(std::span<const float> values, bool gradient);
  std::vector<Group> groups(const roll::Batch& batch, bool gradient) const;
  void prepare(const roll::Batch& batch, const Group& group, const Dropout& dropout, bool gradient);
  template <typename Work>
  void each_slice(const Work& work) {
    parallel_for(slices.size(), static_cast<int>(slices.size()),
                 [&](std::size_t k) { work(slices[k], k); });
  }
  void encode_inputs(Slice& slice, std::size_t index, const roll::Batch& batch, const Group& group);
  void time_forward(Slice& slice, const Group& group);
  void note_forward(Slice& slice, const roll::Batch& batch, const Group& group, bool gradient);
  void score(Slice& slice, const roll::Batch& batch, const Group& group, int n, bool gradient);
  void note_backward(Slice& slice, const Group& group);
  void time_backward(Slice& slice, const Group& group);
  void collect(std::span<float> gradient);
  void begin_state(const roll::Batch& batch, CarriedState& carried) const;
  void load_state(const Group& group, const CarriedState& carried);
  void store_state(const Group& group, CarriedState& carried);
  Loss loss(std::span<const float> values, const roll::Batch& batch, CarriedState& carried);
  const DropoutMasks* dropout_masks() const { return keep_prob < 1 ? masks.data() : nullptr; }

  Config config;
  PassOptions options;
  const Kernels& kernels;
  Axis time, note;
  std::vector<Slice> slices;
  Buffer<float> head_weight;  // (C, unit_stride)
  float head_bias[2] = {};
  Buffer<float> dlogits;            // (N, note rows, C)
  std::vector<DropoutMasks> masks;  // of the group's windows
  float keep_prob = 1;
  CarriedState own_state;  // of loss without a state
};

void TrainingPass::State::check_batch(std::span<const float> values, const roll::Batch& batch,
                                      bool may_rest) const {
  if (values.size() != parameter_count(config))
    fail("The model has {} parameters, but {} values were given.", parameter_count(config),
         values.size());
  if (batch.notes != config.notes())
    fail("The model looks at {} notes, but the batch holds {}.", config.notes(), batch.notes);
  const auto sequences = static_cast<std::size_t>(batch.sequences);
  const auto frames = static_cast<std::size_t>(batch.steps) * sequences;
  if (batch.frames.size() != (frames + sequences) * static_cast<std::size_t>(batch.notes) ||
      batch.bar_phase.size() != frames || batch.beat_phase.size() != frames ||
      batch.step.size() != frames || batch.lengths.size() != sequences ||
      batch.sample.size() != sequences)
    fail("A batch of {} steps by {} sequences has arrays of other sizes.", batch.steps,
         batch.sequences);
  for (const int length : batch.lengths)
    if (length < (may_rest ? 0 : 1) || length > batch.steps)
      fail("A window's length is {}; it must be {} to {}.", length, may_rest ? 0 : 1, batch.steps);
}

void TrainingPass::State::begin(std::span<const float> values, bool gradient) {
  const WeightSlices<const float> weights = network::slices(config, values.data());
  time.pack(weights.time);
  note.pack(weights.note);
  const LayerShape& top = note.shape(note.layers() - 1);
  head_weight.reserve(top.unit_stride * config.channels());
  for (int c = 0; c < config.channels(); ++c) {
    std::copy_n(weights.head_weight + c * top.hidden, top.hidden,
                head_weight.data() + c * top.unit_stride);
    head_bias[c] = weights.head_bias[c];
  }
  if (!gradient) return;
  for (Slice& slice : slices) {
    for (AxisSlice* axis : {&slice.time, &slice.note})
      for (LayerGradient& layer : axis->gradient) {
        layer.weight.zero();
        layer.bias.zero();
      }
    slice.head_weight.reserve(head_weight.size());
    slice.head_weight.zero();
    slice.head_bias[0] = slice.head_bias[1] = 0;
  }
}

std::vector<Group> TrainingPass::State::groups(const roll::Batch& batch, bool gradient) const {
  std::vector<int> order;
  for (int b = 0; b < batch.sequences; ++b)
    if (batch.lengths[b] > 0) order.push_back(b);
  std::stable_sort(order.begin(), order.end(),
                   [&](int a, int b) { return batch.lengths[a] > batch.lengths[b]; });
  if (order.empty()) return {};
  const std::size_t longest = gradient ? batch.lengths[order[0]] : kLossSteps;
  const std::size_t window_bytes =
      longest * config.notes() * (time.bytes_per_row() + note.bytes_per_row());
  const int wanted =
      (kRowsPerThread * static_cast<int>(slices.size()) + config.notes() - 1) / config.notes();
  const int fitting =
      static_cast<int>(std::min<std::size_t>(1u << 20, options.activation_bytes / window_bytes));
  const int windows = std::max(1, std::min(wanted, fitting));
  const int count = (static_cast<int>(order.size()) + windows - 1) / windows;
  std::vector<Group> all(count);
  for (std::size_t k = 0; k < order.size(); ++k) {
    Group& group = all[k * count / order.size()];
    group.first_row.push_back(group.frames());
    group.b.push_back(order[k]);
    group.length.push_back(batch.lengths[order[k]]);
  }
  return all;
}

void TrainingPass::State::prepare(const roll::Batch& batch, const Group& group,
                                  const Dropout& dropout, bool gradient) {
  const int windows = static_cast<int>(group.b.size());
  const std::size_t frames = group.frames();
  time.reserve(group.steps(), static_cast<std::size_t>(windows) * config.notes(), gradient);
  note.reserve(config.notes(), frames, gradient);
  dlogits.reserve(frames * config.notes() * config.channels());
  keep_prob = dropout.keep_prob;
  masks.clear();
  for (const int b : group.b) masks.emplace_back(dropout, batch.sample[b]);

  const std::size_t count = slices.size();
  for (std::size_t k = 0; k < count; ++k) {
    Slice& slice = slices[k];
    slice.nats.assign(windows, 0.0);
    slice.features.resize(static_cast<std::size_t>(config.notes()) * config.features());

    // The time axis by notes: each thread has some notes of every window.
    Rows& rows = slice.time.rows;
    const int low = static_cast<int>(k * config.notes() / count);
    const int high = static_cast<int>((k + 1) * config.notes() / count);
    rows.first = static_cast<std::size_t>(windows) * low;
    rows.places.clear();
    for (int w = 0; w < windows; ++w)
      for (int n = low; n < high; ++n) rows.places.push_back({w, n});
    rows.active.clear();
    for (int t = 0, active = windows; t < group.steps(); ++t) {
      while (group.length[active - 1] <= t) --active;
      rows.active.push_back(active * (high - low));
    }

    // The note axis by steps.
    Rows& steps = slice.note.rows;
    steps.along_time = false;
    steps.first = k * frames / count;
    const std::size_t end = (k + 1) * frames / count;
    steps.places.clear();
    for (int w = 0; w < windows; ++w)
      for (int t = 0; t < group.length[w]; ++t) {
        const std::size_t row = group.first_row[w] + t;
        if (row >= steps.first && row < end) steps.places.push_back({w, t});
      }
    steps.active.assign(config.notes(), steps.count());

    time.reserve(slice.time, gradient);
    note.reserve(slice.note, gradient);
    const LayerShape& top = note.shape(note.layers() - 1);
    const std::size_t note_rows = steps.places.size();
    slice.y.reserve(note_rows * top.unit_stride * sizeof(float));
    slice.logits.reserve(note_rows * config.channels());
    if (gradient) slice.dy.reserve(note_rows * top.unit_stride);
    slice.y_rows.resize(note_rows);
  }
}

void TrainingPass::State::encode_inputs(Slice& slice, std::size_t index, const roll::Batch& batch,
                                        const Group& group) {
  const std::size_t windows = group.b.size();
  const std::size_t frames = group.frames();
  for (std::size_t w = 0; w < windows; ++w)
    for (int t = 0; t < group.length[w]; ++t) {
      const std::size_t frame = group.first_row[w] + t;
      if (frame < index * frames / slices.size() || frame >= (index + 1) * frames / slices.size())
        continue;
      const int b = group.b[w];
      const std::size_t at =
          static_cast<std::size_t>(group.begin + t) * batch.sequences + static_cast<std::size_t>(b);
      encode(config, batch.frame(group.begin + t, b),
             {batch.bar_phase[at], batch.beat_phase[at], batch.step[at]}, slice.features.data());
      for (const Slice& owner : slices) {
        const Rows& rows = owner.time.rows;
        const std::size_t notes = rows.places.size() / windows;
        for (std::size_t r = w * notes; r < (w + 1) * notes; ++r)
          kernels.store(slice.features.data() + rows.places[r].other * config.features(),
                        config.features(), time.input(t, rows.first + r));
      }
    }
}

void TrainingPass::State::time_forward(Slice& slice, const Group& group) {
  const Rows& rows = slice.time.rows;
  slice.to_note.resize(rows.places.size());
  char* base = note.input(0, 0);
  for (std::size_t r = 0; r < rows.places.size(); ++r)
    slice.to_note[r] =
        note.input(rows.places[r].other, group.first_row[rows.places[r].window]) - base;
  const RowTable<char> y{base, slice.to_note.data(),
                         static_cast<std::size_t>(note.input(0, 1) - base)};
  time.forward(
      slice.time, y, dropout_masks(), keep_prob, [](int) {}, [](int) {});
}

void TrainingPass::State::note_forward(Slice& slice, const roll::Batch& batch, const Group& group,
                                       bool gradient) {
  const Rows& rows = slice.note.rows;
  const LayerShape& top = note.shape(note.layers() - 1);
  const int time_units = config.time_units.back(), channels = config.channels();
  note.clear_state(rows.first, rows.count());
  const std::size_t y_stride = top.unit_stride * kernels.bytes();
  for (std::size_t r = 0; r < slice.y_rows.size(); ++r) slice.y_rows[r] = r * y_stride;
  const auto lower_notes = [&](int n) {
    for (int r = 0; r < rows.count(); ++r) {
      const auto [w, t] = rows.places[r];
      const std::uint8_t lower = n > 0 ? batch.frame(group.begin + t + 1, group.b[w])[n - 1] : 0;
      const float cells[2] = {lower & roll::kPlay ? 1.0f : 0.0f,
                              lower & roll::kArticulate ? 1.0f : 0.0f};
      kernels.store(cells, channels, note.input(n, rows.first + r) + time_units * kernels.bytes());
    }
  };
  note.forward(slice.note, {slice.y.data(), slice.y_rows.data(), 0}, dropout_masks(), keep_prob,
               lower_notes, [&](int n) { score(slice, batch, group, n, gradient); });
}

// Negative log-likelihood of note n in every step of the slice, and its gradient by the logits.
void TrainingPass::State::score(Slice& slice, const roll::Batch& batch, const Group& group, int n,
                                bool gradient) {
  const Rows& rows = slice.note.rows;
  const LayerShape& top = note.shape(note.layers() - 1);
  const int channels = config.channels();
  const Head head{rows.count(),
                  top.hidden,
                  channels,
                  slice.y.data(),
                  top.unit_stride * kernels.bytes(),
                  head_weight.data(),
                  top.unit_stride};
  float* logits = slice.logits.data();
  kernels.head_forward(head, head_bias, logits);
  float* d =
      dlogits.data() + (static_cast<std::size_t>(n) * group.frames() + rows.first) * channels;
  const auto term = [&](int at, bool truth) {
    const double logit = logits[at];
    d[at] = static_cast<float>(1 / (1 + std::exp(-logit)) - (truth ? 1 : 0));
    return softplus(logit) - (truth ? logit : 0);
  };
  for (int r = 0; r < rows.count(); ++r) {
    const auto [w, t] = rows.places[r];
    const std::uint8_t before = batch.frame(group.begin + t, group.b[w])[n];
    const std::uint8_t cell = batch.frame(group.begin + t + 1, group.b[w])[n];
    slice.nats[w] += term(r * channels, cell & roll::kPlay);
    if (channels == 1) continue;
    // Where the note did not sound before, its onset is certain.
    d[r * channels + 1] = 0;
    if ((cell & roll::kPlay) && (before & roll::kPlay))
      slice.nats[w] += term(r * channels + 1, cell & roll::kArticulate);
  }
  if (!gradient) return;
  kernels.head_gradient(head, d, slice.head_weight.data());
  for (int k = 0; k < rows.count() * channels; ++k) slice.head_bias[k % channels] += d[k];
}

void TrainingPass::State::note_backward(Slice& slice, const Group& group) {
  const Rows& rows = slice.note.rows;
  const LayerShape& top = note.shape(note.layers() - 1);
  for (std::size_t r = 0; r < slice.y_rows.size(); ++r) slice.y_rows[r] = r * top.unit_stride;
  const auto from_head = [&](int n) {
    const Head head{rows.count(),       top.hidden,     config.channels(), nullptr, 0,
                    head_weight.data(), top.unit_stride};
    kernels.head_backward(
        head,
        dlogits.data() +
            (static_cast<std::size_t>(n) * group.frames() + rows.first) * config.channels(),
        slice.dy.data(), top.unit_stride);
  };
  note.backward(slice.note, {slice.dy.data(), slice.y_rows.data(), 0}, dropout_masks(), keep_prob,
                from_head);
}

void TrainingPass::State::time_backward(Slice& slice, const Group& group) {
  const Rows& rows = slice.time.rows;
  const std::size_t stride = note.input_gradient_stride();
  slice.from_note.resize(rows.places.size());
  for (std::size_t r = 0; r < rows.places.size(); ++r) {
    const auto [w, n] = rows.places[r];
    slice.from_note[r] =
        (static_cast<std::size_t>(n) * group.frames() + group.first_row[w]) * stride;
  }
  time.backward(slice.time, {note.input_gradient(), slice.from_note.data(), stride},
                dropout_masks(), keep_prob, [](int) {});
}

// Threads' sums in their order: the same threads give the same bits.
void TrainingPass::State::collect(std::span<float> gradient) {
  std::fill(gradient.begin(), gradient.end(), 0.0f);
  const WeightSlices<float> into = network::slices(config, gradient.data());
  const LayerShape& top = note.shape(note.layers() - 1);
  for (const Slice& slice : slices) {
    for (int k = 0; k < time.layers(); ++k)
      add_gradient(time.shape(k), slice.time.gradient[k], into.time[k]);
    for (int k = 0; k < note.layers(); ++k)
      add_gradient(note.shape(k), slice.note.gradient[k], into.note[k]);
    for (int c = 0; c < config.channels(); ++c) {
      into.head_bias[c] += static_cast<float>(slice.head_bias[c]);
      for (int u = 0; u < top.hidden; ++u)
        into.head_weight[c * top.hidden + u] += slice.head_weight.data()[c * top.unit_stride + u];
    }
  }
}

void TrainingPass::State::begin_state(const roll::Batch& batch, CarriedState& carried) const {
  carried.hidden.resize(time.layers());
  carried.cell.resize(time.layers());
  carried.nats.assign(batch.sequences, 0.0);
  for (int k = 0; k < time.layers(); ++k) {
    const std::size_t each = static_cast<std::size_t>(config.notes()) * time.shape(k).hidden;
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

void TrainingPass::State::load_state(const Group& group, const CarriedState& carried) {
  for (const Slice& slice : slices)
    for (std::size_t r = 0; r < slice.time.rows.places.size(); ++r) {
      const auto [w, n] = slice.time.rows.places[r];
      for (int k = 0; k < time.layers(); ++k) {
        const int hidden = time.shape(k).hidden;
        const std::size_t at = (static_cast<std::size_t>(group.b[w]) * config.notes() + n) * hidden;
        const std::size_t row = slice.time.rows.first + r;
        kernels.store(carried.hidden[k].data() + at, hidden, time.hidden(k, 0, row));
        std::copy_n(carried.cell[k].data() + at, hidden, time.cell(k, 0, row));
      }
    }
}

void TrainingPass::State::store_state(const Group& group, CarriedState& carried) {
  for (const Slice& slice : slices)
    for (std::size_t r = 0; r < slice.time.rows.places.size(); ++r) {
      const auto [w, n] = slice.time.rows.places[r];
      for (int k = 0; k < time.layers(); ++k) {
        const int hidden = time.shape(k).hidden;
        const std::size_t at = (static_cast<std::size_t>(group.b[w]) * config.notes() + n) * hidden;
        const std::size_t row = slice.time.rows.first + r;
        kernels.load(time.hidden(k, group.length[w], row), hidden, carried.hidden[k].data() + at);
        std::copy_n(time.cell(k, group.length[w], row), hidden, carried.cell[k].data() + at);
      }
    }
}

Loss TrainingPass::State::loss(std::span<const float> values, const roll::Batch& batch,
                               CarriedState& carried) {
  begin(values, false);
  begin_state(batch, carried);
  Loss loss;
  for (const Group& whole : groups(batch, false))
    for (int from = 0; from < whole.steps(); from += kLossSteps) {
      Group group;
      group.begin = from;
      for (std::size_t w = 0; w < whole.b.size() && whole.length[w] > from; ++w) {
        group.first_row.push_back(group.frames());
        group.b.push_back(whole.b[w]);
        group.length.push_back(std::min(whole.length[w] - from, kLossSteps));
      }
      prepare(batch, group, {}, false);
      load_state(group, carried);
      each_slice([&](Slice& slice, std::size_t k) { encode_inputs(slice, k, batch, group); });
      each_slice([&](Slice& slice, std::size_t) { time_forward(slice, group); });
      each_slice([&](Slice& slice, std::size_t) { note_forward(slice, batch, group, false); });
      store_state(group, carried);
      for (std::size_t w = 0; w < group.b.size(); ++w) {
        double nats = 0;
        for (const Slice& slice : slices) nats += slice.nats[w];
        carried.nats[group.b[w]] += nats;
        loss.nats += nats;
      }
      loss.frames += static_cast<std::int64_t>(group.frames());
    }
  return loss;
}

TrainingPass::TrainingPass(const Config& config, const PassOptions& options) {
  check(config);
  state_ = std::make_unique<State>(config, options);
}
TrainingPass::~TrainingPass() = default;
TrainingPass::TrainingPass(TrainingPass&&) noexcept = default;
TrainingPass& TrainingPass::operator=(TrainingPass&&) noexcept = default;

Loss TrainingPass::gradient(std::span<const float> values, const roll::Batch& batch,
                            const Dropout& dropout, std::span<float> gradient) {
  State& s = *state_;
  s.check_batch(values, batch, false);
  if (gradient.size() != values.size())
    fail("The model has {} parameters, but room for {} gradients was given.", values.size(),
         gradient.size());
  if (!(dropout.keep_prob > 0 && dropout.keep_prob <= 1))
    fail_usage("keep_prob is {}; it must be above 0 and at most 1.", dropout.keep_prob);
  s.begin(values, true);
  Loss loss;
  for (const Group& group : s.groups(batch, true)) {
    s.prepare(batch, group, dropout, true);
    s.time.clear_state(0, static_cast<int>(group.b.size()) * s.config.notes());
    s.each_slice([&](Slice& slice, std::size_t k) { s.encode_inputs(slice, k, batch, group); });
    s.each_slice([&](Slice& slice, std::size_t) { s.time_forward(slice, group); });
    s.each_slice([&](Slice& slice, std::size_t) {
      s.note_forward(slice, batch, group, true);
      s.note_backward(slice, group);
    });
    s.each_slice([&](Slice& slice, std::size_t) { s.time_backward(slice, group); });
    for (const Slice& slice : s.slices)
      for (const double nats : slice.nats) loss.nats += nats;
    loss.frames += static_cast<std::int64_t>(group.frames());
  }
  s.collect(gradient);
  return loss;
}

Loss TrainingPass::loss(std::span<const float> values, const roll::Batch& batch) {
  State& s = *state_;
  s.check_batch(values, batch, false);
  s.own_state.hidden.clear();
  s.own_state.cell.clear();
  return s.loss(values, batch, s.own_state);
}

Loss TrainingPass::loss(std::span<const float> values, const roll::Batch& batch,
                        CarriedState& state) {
  state_->check_batch(values, batch, true);
  return state_->loss(values, batch, state);
}

std::string TrainingPass::arithmetic() const {
  return state_->kernels.name;
}

std::size_t TrainingPass::bytes() const {
  const State& s = *state_;
  std::size_t sum = s.time.bytes() + s.note.bytes() + s.dlogits.bytes();
  for (const Slice& slice : s.slices)
    for (const AxisSlice* axis : {&slice.time, &slice.note}) {
      sum += axis->work.bytes();
      for (const LayerGradient& layer : axis->gradient)
        sum += layer.weight.bytes() + layer.bias.bytes();
    }
  return sum;
}

}  // namespace toccata::network
