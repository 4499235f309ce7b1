#include "network/step/packed_network.h"

#include <algorithm>
#include <array>

#include "music/roll.h"

namespace toccata::network::stepping {
namespace {

Packed pack_gates(const Kernels& kernels, int units, const Part& part) {
  Packed packed;
  pack(kernels, part.size, gate_columns(units), gate_weights(units, part), packed);
  return packed;
}

/// Of the lowest layer the product by x is made apart, unless `with_first_x`.
std::vector<PackedLayer> pack_stack(const Kernels& kernels,
                                    const std::vector<LstmSlice<const float>>& slices,
                                    bool with_first_x = false) {
  std::vector<PackedLayer> layers;
  for (const LstmSlice<const float>& slice : slices) {
    PackedLayer layer;
    layer.units = slice.hidden;
    layer.mask = slice.mask;
    layer.stride = (slice.hidden + kLanes - 1) / kLanes * kLanes;
    layer.columns = gate_columns(slice.hidden);
    layer.h_weights =
        pack_gates(kernels, slice.hidden, {slice.weight_hh, slice.hidden, 0, slice.hidden});
    if (!layers.empty() || with_first_x)
      layer.x_weights =
          pack_gates(kernels, slice.hidden, {slice.weight_ih, slice.input, 0, slice.input});
    pack_columns(slice.hidden, slice.bias_ih, slice.bias_hh, layer.start);
    layers.push_back(std::move(layer));
  }
  return layers;
}

void scale(Buffer<float>& values, float factor) {
  for (std::size_t i = 0; i < values.size(); ++i) values.data()[i] *= factor;
}

double work_of(const PackedLayer& layer) {
  return static_cast<double>(layer.columns) * (layer.h_weights.inputs + layer.x_weights.inputs);
}

/// Rows that a layer works on at once: their pre-activations of a block stay in the first-level
/// cache.
constexpr int kRowsAtOnce = 96;

}  // namespace

PackedNetwork::PackedNetwork(const Model& model, const Kernels& chosen, float kept)
    : config(model.config),
      groups(feature_groups(model.config)),
      frame_lags(lags(model.config)),
      kernels(&chosen),
      keep_prob(kept) {
  const WeightSlices<const float> weights = slices(config, model.values.data());
  time = pack_stack(chosen, weights[Stack::time]);
  note = pack_stack(chosen, weights[Stack::note]);
  for (const Mix& way : mixes(config)) {
    mix.push_back(std::move(pack_stack(chosen, weights[way.stack], true).front()));
    mix_down.push_back(way.down);
  }

  const LstmSlice<const float>& first = weights[Stack::time].front();
  pack_rows(first.hidden, {first.weight_ih, first.input, 0, first.input}, features);
  const int columns = time.front().columns, notes = config.notes();
  still = Buffer<float>(static_cast<std::size_t>(notes) * static_cast<std::size_t>(columns));
  std::vector<float> values(static_cast<std::size_t>(first.input));
  for (int n = 0; n < notes; ++n) {
    std::vector<const float*> terms{time.front().start.data()};
    std::vector<float> scales{1};
    for (const FeatureGroup& group : groups) {
      if (group.sees != Sees::note) continue;
      group.values(config, group, nullptr, {}, n, values.data());
      for (int k = 0; k < group.width; ++k) {
        if (values[static_cast<std::size_t>(k)] == 0) continue;
        terms.push_back(features.data() + std::ptrdiff_t{group.first + k} * columns);
        scales.push_back(values[static_cast<std::size_t>(k)]);
      }
    }
    kernels->sum(terms.data(), scales.data(), static_cast<int>(terms.size()), columns,
                 still.data() + std::ptrdiff_t{n} * columns);
  }

  const LstmSlice<const float>& lowest = weights[Stack::note].front();
  const music::Cells channels = config.cells();
  const int time_output = config.time_units.back();
  note_input = pack_gates(chosen, lowest.hidden, {lowest.weight_ih, lowest.input, 0, time_output});
  int past_inputs = time_output;
  for (const PackedLayer& layer : mix) {
    note_mix.push_back(pack_gates(chosen, lowest.hidden,
                                  {lowest.weight_ih, lowest.input, past_inputs, layer.units}));
    past_inputs += layer.units;
  }
  const int cell_inputs = config.lower_notes * channels.count(),
            note_columns = note.front().columns;
  Buffer<float> cells;
  pack_rows(lowest.hidden, {lowest.weight_ih, lowest.input, past_inputs, cell_inputs}, cells);
  lower = Buffer<float>(static_cast<std::size_t>(config.lower_notes) * music::kCellValues *
                        static_cast<std::size_t>(note_columns));
  for (int k = 0; k < config.lower_notes; ++k)
    for (int cell = 0; cell < music::kCellValues; ++cell)
      for (int c = 0; c < channels.count(); ++c)
        for (int column = 0; column < note_columns; ++column)
          lower.data()[(std::ptrdiff_t{k} * music::kCellValues + cell) * note_columns + column] +=
              channels.begin()[c].is_set(static_cast<std::uint8_t>(cell))
                  ? cells.data()[(std::ptrdiff_t{k} * channels.count() + c) * note_columns + column]
                  : 0.0f;
  if (config.lower_chord)
    pack_rows(lowest.hidden, {lowest.weight_ih, lowest.input, past_inputs + cell_inputs, 12},
              lower_chord);

  const int units = note.back().units, stride = note.back().stride;
  const int logits = config.head_count() * channels.count();
  head_weight = Buffer<float>(static_cast<std::size_t>(logits) * static_cast<std::size_t>(stride));
  head_bias = Buffer<float>(static_cast<std::size_t>(logits));
  for (int row = 0; row < logits; ++row) {
    std::copy_n(weights.head_weight + std::ptrdiff_t{row} * units, units,
                head_weight.data() + std::ptrdiff_t{row} * stride);
    head_bias.data()[row] = weights.head_bias[row];
  }

  if (chosen.layout.element == Precision::int8) {
    for (std::vector<PackedLayer>* axis : {&time, &mix, &note})
      for (PackedLayer& layer : *axis) scale(layer.x_weights.scales, 1 / keep_prob);
    scale(note_input.scales, 1 / keep_prob);
    for (Packed& input : note_mix) scale(input.scales, 1 / keep_prob);
    scale(head_weight, 1 / keep_prob);
  }
}

Rows PackedNetwork::rows(const PackedLayer& layer, const std::byte* data, int apart) const {
  const auto words = static_cast<std::size_t>(kernels->layout.words(layer.stride));
  return {data, words * static_cast<std::size_t>(apart)};
}

double PackedNetwork::time_work() const {
  double work = static_cast<double>(note_input.columns) * note_input.inputs;
  for (const PackedLayer& layer : time) work += work_of(layer);
  for (const PackedLayer& layer : mix)
    work += static_cast<double>(layer.columns) * layer.x_weights.inputs;
  for (const Packed& input : note_mix) work += static_cast<double>(input.columns) * input.inputs;
  return work * config.notes();
}

double PackedNetwork::mix_work() const {
  double most = 0;
  for (const PackedLayer& layer : mix)
    most = std::max(most, static_cast<double>(layer.columns) * layer.h_weights.inputs);
  return most * config.notes();
}

double PackedNetwork::note_work() const {
  double work = 0;
  for (const PackedLayer& layer : note) work += work_of(layer);
  return work * config.notes();
}

void lstm(const PackedNetwork& network, const PackedLayer& layer, const Product& product,
          const LayerRows& rows) {
  const Kernels& kernels = *network.kernels;
  alignas(kAlignment) float z[kRowsAtOnce * kBlockColumns];
  std::size_t y_row[kRowsAtOnce];
  const auto stride = static_cast<std::size_t>(layer.stride);
  const std::size_t bytes = stride * static_cast<std::size_t>(kernels.layout.bytes);
  CellForward cell;
  cell.z = z;
  cell.c_stride = stride;
  cell.h_stride = bytes;
  cell.y_row = y_row;
  for (int r = 0; rows.y && r < kRowsAtOnce; ++r) y_row[r] = static_cast<std::size_t>(r) * bytes;
  cell.masks.threshold = DropoutMasks::keep_threshold(network.keep_prob);
  // In int8 the weights have the scale.
  if (kernels.layout.element != Precision::int8) cell.masks.scale = 1 / network.keep_prob;
  for (int row = 0; row < product.rows; row += kRowsAtOnce) {
    const auto from = static_cast<std::size_t>(row);
    Product part = product;
    part.rows = cell.rows = std::min(kRowsAtOnce, product.rows - row);
    // Of a single row all blocks at once.
    const int most = part.rows == 1 ? kRowsAtOnce * kBlockColumns : kBlockColumns;
    for (int column = 0; column < layer.columns; column += most) {
      part.columns = std::min(most, layer.columns - column);
      part.h = product.h.from(row, column);
      part.x = product.x.from(row, column);
      if (product.before) part.before = product.before + from * product.before_stride + column;
      if (product.start) part.start = product.start + from * product.start_stride + column;
      part.out = z;
      part.out_stride = static_cast<std::size_t>(part.columns);
      kernels.product(part);
      const int first = column / 4;
      const std::size_t at = from * bytes + static_cast<std::size_t>(first * kernels.layout.bytes);
      cell.width = part.columns / 4;
      cell.units = std::min(cell.width, layer.units - first);
      cell.c_before = cell.c_after = rows.c + from * stride + first;
      cell.h = rows.h + at;
      if (rows.y) {
        cell.y = reinterpret_cast<char*>(rows.y + at);
        cell.masks.keys = rows.keys + row;
        cell.masks.first_unit = first;
      }
      kernels.cell_forward(cell);
    }
  }
}

FirstInputs::FirstInputs(const PackedNetwork& network)
    : network_(&network),
      step_(static_cast<std::size_t>(network.time.front().columns)),
      classes_(12 * static_cast<std::size_t>(network.time.front().columns)),
      values_(12 * static_cast<std::size_t>(network.config.features())),
      terms_(static_cast<std::size_t>(network.config.features()) + 2),
      scales_(terms_.size()) {}

void FirstInputs::write(const std::uint8_t* const* frames, const StepPlace& place, int first,
                        int last, float* start) {
  const Config& config = network_->config;
  const Past past(network_->frame_lags, frames);
  const int columns = network_->time.front().columns, notes = config.notes();
  const music::Cells channels = config.cells();
  int count = 0;
  const auto add = [&](const float* term, float scale) {
    terms_[static_cast<std::size_t>(count)] = term;
    scales_[static_cast<std::size_t>(count)] = scale;
    ++count;
  };
  const auto add_feature = [&](int f, float value) {
    if (value != 0) add(network_->features.data() + std::ptrdiff_t{f} * columns, value);
  };
  const auto add_values = [&](const FeatureGroup& group, const float* values) {
    for (int k = 0; k < group.width; ++k) add_feature(group.first + k, values[k]);
  };
  const auto write_sum = [&](float* out) {
    network_->kernels->sum(terms_.data(), scales_.data(), count, columns, out);
    count = 0;
  };

  for (const FeatureGroup& group : network_->groups)
    if (group.sees == Sees::step) {
      group.values(config, group, &past, place, 0, values_.data());
      add_values(group, values_.data());
    }
  write_sum(step_.data());

  float* values = values_.data();
  for (const FeatureGroup& group : network_->groups)
    if (group.sees == Sees::pitch_class) {
      group.values(config, group, &past, place, 0, values);
      values += 12 * group.width;
    }
  for (int k = 0; k < std::min(12, last - first); ++k) {
    const int own = (config.roll.low + first + k) % 12;
    add(step_.data(), 1);
    const float* of_all = values_.data();
    for (const FeatureGroup& group : network_->groups)
      if (group.sees == Sees::pitch_class) {
        add_values(group, of_all + own * group.width);
        of_all += 12 * group.width;
      }
    write_sum(classes_.data() + std::ptrdiff_t{own} * columns);
  }

  for (int n = first; n < last; ++n) {
    add(network_->still.data() + std::ptrdiff_t{n} * columns, 1);
    add(classes_.data() + std::ptrdiff_t{(config.roll.low + n) % 12} * columns, 1);
    for (const FeatureGroup& group : network_->groups) {
      if (group.sees != Sees::frame) continue;
      const std::uint8_t* frame = past.ago(group.lag);
      const int half = group.window / 2;
      for (int m = std::max(0, n - half); m <= std::min(notes - 1, n + half); ++m) {
        if (frame[m] == 0) continue;
        int seen = group.first + (m - n + half) * channels.count();
        for (const music::Channel& channel : channels)
          add_feature(seen++, channel.is_set(frame[m]) ? 1.0f : 0.0f);
      }
    }
    write_sum(start + std::ptrdiff_t{n - first} * columns);
  }
}

LowerNotes::LowerNotes(const PackedNetwork& network)
    : network_(&network),
      terms_(static_cast<std::size_t>(network.config.lower_notes) + 13),
      scales_(terms_.size()) {
  notes_.reserve(static_cast<std::size_t>(network.config.notes()));
}

void LowerNotes::clear() {
  notes_.clear();
  chord_.fill(0);
}

void LowerNotes::add(int note, std::uint8_t cell) {
  if ((cell & music::kPlay) == 0) return;
  notes_.push_back({note, cell});
  ++chord_[static_cast<std::size_t>(note % 12)];
}

bool LowerNotes::heard_at(int n) const {
  if (notes_.empty()) return false;
  return network_->config.lower_chord || n - notes_.back().note <= network_->config.lower_notes;
}

void LowerNotes::write(int n, const float* start, float* out) {
  const int columns = network_->note.front().columns;
  std::size_t count = 0;
  const auto add = [&](const float* term, float scale) {
    terms_[count] = term;
    scales_[count++] = scale;
  };
  add(start, 1);
  for (auto note = notes_.rbegin(); note != notes_.rend(); ++note) {
    const int k = n - note->note - 1;
    if (k >= network_->config.lower_notes) break;
    add(network_->lower.data() + (std::ptrdiff_t{k} * 4 + (note->cell & 3)) * columns, 1);
  }
  if (network_->config.lower_chord)
    for (int k = 0; k < 12; ++k)
      if (const int heard = chord_[static_cast<std::size_t>((n + k) % 12)]; heard != 0)
        add(network_->lower_chord.data() + std::ptrdiff_t{k} * columns, static_cast<float>(heard));
  network_->kernels->sum(terms_.data(), scales_.data(), static_cast<int>(count), columns, out);
}

}  // namespace toccata::network::stepping
