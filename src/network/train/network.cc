#include "network/train/network.h"

#include <algorithm>

#include "network/model/weights.h"

namespace toccata::network::train {

Network::Network(const Config& config, const Kernels& kernels, int slices)
    : config_(config),
      kernels_(kernels),
      time_(kernels, layers(config, Stack::time), 0),
      note_(kernels, layers(config, Stack::note), config.past_inputs()),
      mix_(kernels, config) {
  for (int k = 0; k < slices; ++k) slices_.emplace_back(config);
}

void Network::begin(std::span<const float> values) {
  const WeightSlices<const float> weights = network::slices(config_, values.data());
  time_.pack(weights[Stack::time]);
  mix_.pack(weights);
  note_.pack(weights[Stack::note]);
  const LayerShape& top = note_.shape(note_.layers() - 1);
  const int logits = config_.head_count() * config_.channels();
  head_weight_.reserve(top.unit_stride * logits);
  for (int row = 0; row < logits; ++row)
    std::copy_n(weights.head_weight + row * top.hidden, top.hidden,
                head_weight_.data() + row * top.unit_stride);
  head_bias_.assign(weights.head_bias, weights.head_bias + logits);
  for (Slice& slice : slices_) {
    slice.time.clear_gradient();
    slice.note.clear_gradient();
    for (AxisSlice& stack : slice.mix.stacks) stack.clear_gradient();
    slice.head_weight.reserve(head_weight_.size());
    slice.head_weight.zero();
    slice.head_bias.assign(logits, 0.0);
  }
}

void Network::prepare(const music::Batch& batch, const Group& group, const Dropout& dropout) {
  const int windows = group.windows(), notes = config_.notes();
  const std::size_t frames = group.frames(), count = slices_.size();
  time_.reserve(group.steps(), static_cast<std::size_t>(windows) * notes);
  mix_.reserve(notes, frames);
  note_.reserve(notes, frames);
  dlogits_.reserve(frames * notes * config_.channels());
  keep_prob_ = dropout.keep_prob;
  masks_.clear();
  for (const int b : group.b) masks_.emplace_back(dropout, batch.sample[b]);

  for (std::size_t k = 0; k < count; ++k) {
    Slice& slice = slices_[k];
    slice.nats.assign(windows, 0.0);
    slice.features.resize(static_cast<std::size_t>(notes) * config_.features());

    Rows& rows = slice.time.rows;
    const int low = static_cast<int>(k * notes / count);
    const int high = static_cast<int>((k + 1) * notes / count);
    rows.first = static_cast<std::size_t>(windows) * low;
    rows.places.clear();
    for (int w = 0; w < windows; ++w)
      for (int n = low; n < high; ++n) rows.places.push_back({w, n});
    rows.active.clear();
    for (int t = 0, active = windows; t < group.steps(); ++t) {
      while (group.length[active - 1] <= t) --active;
      rows.active.push_back(active * (high - low));
    }

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
    steps.active.assign(notes, steps.count());

    time_.reserve(slice.time);
    mix_.reserve(slice.mix, steps);
    note_.reserve(slice.note);
    const LayerShape& top = note_.shape(note_.layers() - 1);
    const std::size_t note_rows = steps.places.size();
    slice.y.reserve(note_rows * top.unit_stride * kernels_.layout.bytes);
    slice.logits.reserve(note_rows * config_.channels());
    slice.dy.reserve(note_rows * top.unit_stride);
    slice.y_rows.resize(note_rows);
  }
}

void Network::encode(int index, const music::Batch& batch, const Group& group) {
  Slice& slice = slices_[index];
  const int features = config_.features();
  // The frames of this slice of the note axis; their features go to every slice of the time axis.
  for (const auto [w, t] : slice.note.rows.places) {
    slice.encoder.encode(batch, t, group.b[w], slice.features.data());
    for (const Slice& owner : slices_) {
      const Rows& rows = owner.time.rows;
      const std::size_t notes = rows.places.size() / group.b.size();
      for (std::size_t r = w * notes; r < (w + 1) * notes; ++r)
        std::copy_n(slice.features.data() + rows.places[r].other * features, features,
                    time_.sparse_input(t, rows.first + r));
    }
  }
}

void Network::time_forward(int index, const Group& group) {
  Slice& slice = slices_[index];
  const Rows& rows = slice.time.rows;
  // The last layer's output is what enters the note axis: no transposition, only other rows.
  slice.to_note.resize(rows.places.size());
  char* base = note_.input(0, 0);
  for (std::size_t r = 0; r < rows.places.size(); ++r)
    slice.to_note[r] =
        note_.input(rows.places[r].other, group.first_row[rows.places[r].window]) - base;
  const std::ptrdiff_t step = note_.input(0, 1) - base;
  const auto nothing = [](int) {};
  time_.forward(slice.time, {base, slice.to_note.data(), step}, masks(), keep_prob_, nothing,
                nothing);
}

void Network::note_forward(int index, const music::Batch& batch, const Group& group) {
  Slice& slice = slices_[index];
  const Rows& rows = slice.note.rows;
  const LayerShape& top = note_.shape(note_.layers() - 1);
  mix_.forward(slice.mix, note_, masks(), keep_prob_);
  note_.clear_state(rows.first, rows.count());
  const std::size_t y_stride = top.unit_stride * kernels_.layout.bytes;
  for (std::size_t r = 0; r < slice.y_rows.size(); ++r) slice.y_rows[r] = r * y_stride;
  const int past_bytes = config_.past_inputs() * kernels_.layout.bytes;
  const auto lower_notes = [&](int n) {
    for (int r = 0; r < rows.count(); ++r) {
      const auto [w, t] = rows.places[r];
      encode_lower(config_, batch.frame(t + 1, group.b[w]), n, slice.lower.data());
      kernels_.store(slice.lower.data(), config_.lower_inputs(),
                     note_.input(n, rows.first + r) + past_bytes);
    }
  };
  note_.forward(slice.note, {slice.y.data(), slice.y_rows.data(), 0}, masks(), keep_prob_,
                lower_notes, [&](int n) { score(slice, batch, group, n); });
}

void Network::note_backward(int index, const Group& group) {
  Slice& slice = slices_[index];
  const Rows& rows = slice.note.rows;
  const LayerShape& top = note_.shape(note_.layers() - 1);
  for (std::size_t r = 0; r < slice.y_rows.size(); ++r) slice.y_rows[r] = r * top.unit_stride;
  const auto from_head = [&](int n) {
    const std::size_t row = static_cast<std::size_t>(n) * group.frames() + rows.first;
    kernels_.head_backward(head(slice, n, false), dlogits_.data() + row * config_.channels(),
                           slice.dy.data(), top.unit_stride);
  };
  note_.backward(slice.note, {slice.dy.data(), slice.y_rows.data(), 0}, masks(), keep_prob_,
                 from_head);
  mix_.backward(slice.mix, note_, masks(), keep_prob_);
}

void Network::time_backward(int index, const Group& group) {
  Slice& slice = slices_[index];
  const Rows& rows = slice.time.rows;
  const std::size_t stride = note_.input_gradient_stride();
  slice.from_note.resize(rows.places.size());
  for (std::size_t r = 0; r < rows.places.size(); ++r) {
    const auto [w, n] = rows.places[r];
    slice.from_note[r] =
        (static_cast<std::size_t>(n) * group.frames() + group.first_row[w]) * stride;
  }
  time_.backward(
      slice.time,
      {note_.input_gradient(), slice.from_note.data(), static_cast<std::ptrdiff_t>(stride)},
      masks(), keep_prob_, [](int) {});
}

std::size_t Network::notes_from() const {
  // Four tensors per layer.
  return network::parameters(config_)[4 * static_cast<std::size_t>(time_.layers())].offset;
}

void Network::collect_time(std::span<float> gradient) const {
  std::fill_n(gradient.begin(), notes_from(), 0.0f);
  const WeightSlices<float> into = network::slices(config_, gradient.data());
  for (const Slice& slice : slices_) time_.collect(slice.time, into[Stack::time]);
}

void Network::collect_notes(std::span<float> gradient) const {
  std::fill(gradient.begin() + static_cast<std::ptrdiff_t>(notes_from()), gradient.end(), 0.0f);
  const WeightSlices<float> into = network::slices(config_, gradient.data());
  const LayerShape& top = note_.shape(note_.layers() - 1);
  for (const Slice& slice : slices_) {
    mix_.collect(slice.mix, into);
    note_.collect(slice.note, into[Stack::note]);
    for (std::size_t row = 0; row < slice.head_bias.size(); ++row) {
      into.head_bias[row] += static_cast<float>(slice.head_bias[row]);
      for (int u = 0; u < top.hidden; ++u)
        into.head_weight[row * top.hidden + u] +=
            slice.head_weight.data()[row * top.unit_stride + u];
    }
  }
}

}  // namespace toccata::network::train
