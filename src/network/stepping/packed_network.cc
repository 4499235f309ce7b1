#include "network/stepping/packed_network.h"

#include <algorithm>
#include <array>

#include "music/roll.h"
#include "network/stepping/packing.h"

namespace toccata::network::stepping {
namespace {

/// `side_by_side`: the layers are no stack, each has its product by x.
std::vector<PackedLayer> pack_layers(const Layout& layout,
                                     const std::vector<LstmSlice<const float>>& slices,
                                     bool side_by_side = false) {
  std::vector<PackedLayer> layers;
  for (const LstmSlice<const float>& slice : slices) {
    PackedLayer layer;
    layer.units = slice.hidden;
    layer.stride = row_stride(slice.hidden);
    layer.h_weights = pack(layout, slice.hidden, {slice.weight_hh, slice.hidden, 0, slice.hidden});
    if (!layers.empty() || side_by_side)
      layer.x_weights = pack(layout, slice.hidden, {slice.weight_ih, slice.input, 0, slice.input});
    layer.columns = layer.h_weights.columns;
    layer.start = pack_columns(layout, slice.hidden, slice.bias_ih, slice.bias_hh);
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

}  // namespace

PackedNetwork::PackedNetwork(const Model& model, const Kernels& chosen, float keep_prob)
    : config(model.config), order(feature_order(model.config)), kernels(&chosen) {
  const Layout& layout = chosen.layout;
  const WeightSlices<const float> weights = slices(config, model.values.data());
  time = pack_layers(layout, weights.time);
  note = pack_layers(layout, weights.note);
  mix = pack_layers(layout, weights.mix, true);

  const LstmSlice<const float>& first = weights.time.front();
  features = pack_inputs(layout, first.hidden, {first.weight_ih, first.input, 0, first.input});
  const int columns = time.front().columns, notes = config.notes();
  still = Buffer<float>(static_cast<std::size_t>(notes) * static_cast<std::size_t>(columns));
  for (int n = 0; n < notes; ++n) {
    const int pitch_class = (config.roll.low + n) % 12;
    const std::array<const float*, 3> terms{
        time.front().start.data(),
        features.data() + std::ptrdiff_t{FeatureOrder::position} * columns,
        features.data() + std::ptrdiff_t{FeatureOrder::pitch_class + pitch_class} * columns};
    const std::array<float, 3> scales{
        1, notes > 1 ? static_cast<float>(n) / static_cast<float>(notes - 1) : 0.0f, 1};
    kernels->sum(terms.data(), scales.data(), 3, columns,
                 still.data() + std::ptrdiff_t{n} * columns);
  }

  const LstmSlice<const float>& lowest = weights.note.front();
  const int channels = config.channels(), time_output = config.time_units.back();
  const int past_inputs = config.past_inputs();
  note_input = pack(layout, lowest.hidden, {lowest.weight_ih, lowest.input, 0, time_output});
  for (int from = time_output; from < past_inputs; from += config.mix_units)
    note_mix.push_back(
        pack(layout, lowest.hidden, {lowest.weight_ih, lowest.input, from, config.mix_units}));
  const int cell_inputs = config.lower_notes * channels, note_columns = note.front().columns;
  const Buffer<float> cells = pack_inputs(
      layout, lowest.hidden, {lowest.weight_ih, lowest.input, past_inputs, cell_inputs});
  lower = Buffer<float>(static_cast<std::size_t>(config.lower_notes) * 4 *
                        static_cast<std::size_t>(note_columns));
  for (int k = 0; k < config.lower_notes; ++k)
    for (int cell = 0; cell < 4; ++cell)
      for (int channel = 0; channel < channels; ++channel)
        for (int column = 0; column < note_columns; ++column)
          lower.data()[(std::ptrdiff_t{k} * 4 + cell) * note_columns + column] +=
              (cell >> channel & 1) != 0
                  ? cells.data()[(std::ptrdiff_t{k} * channels + channel) * note_columns + column]
                  : 0.0f;
  if (config.lower_chord)
    lower_chord = pack_inputs(layout, lowest.hidden,
                              {lowest.weight_ih, lowest.input, past_inputs + cell_inputs, 12});

  const int units = note.back().units, stride = note.back().stride;
  const int logits = config.head_count() * channels;
  head_weight = Buffer<float>(static_cast<std::size_t>(logits) * static_cast<std::size_t>(stride));
  head_bias = Buffer<float>(static_cast<std::size_t>(logits));
  for (int row = 0; row < logits; ++row) {
    std::copy_n(weights.head_weight + std::ptrdiff_t{row} * units, units,
                head_weight.data() + std::ptrdiff_t{row} * stride);
    head_bias.data()[row] = weights.head_bias[row];
  }

  if (layout.element == Precision::int8) {
    for (std::vector<PackedLayer>* axis : {&time, &mix, &note})
      for (PackedLayer& layer : *axis) scale(layer.x_weights.scales, 1 / keep_prob);
    scale(note_input.scales, 1 / keep_prob);
    for (Packed& input : note_mix) scale(input.scales, 1 / keep_prob);
    scale(head_weight, 1 / keep_prob);
  }
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
  if (mix.empty()) return 0;
  return static_cast<double>(mix.front().columns) * mix.front().h_weights.inputs * config.notes();
}

double PackedNetwork::note_work() const {
  double work = 0;
  for (const PackedLayer& layer : note) work += work_of(layer);
  return work * config.notes();
}

FirstInputs::FirstInputs(const PackedNetwork& network)
    : network_(&network),
      step_(static_cast<std::size_t>(network.time.front().columns)),
      classes_(12 * static_cast<std::size_t>(network.time.front().columns)),
      terms_(static_cast<std::size_t>(2 * network.config.window + 14) +
             network.config.echoes.size() *
                 static_cast<std::size_t>(2 * network.config.echo_window + 1)),
      scales_(terms_.size()) {}

void FirstInputs::write(const std::uint8_t* const* past, const StepPlace& place, int first,
                        int last, float* start) {
  const std::uint8_t* previous = past[0];
  const Config& config = network_->config;
  const FeatureOrder& order = network_->order;
  const int columns = network_->time.front().columns, notes = config.notes();
  const int channels = config.channels(), echo_cells = config.echo_window * channels;
  const int echoes = static_cast<int>(config.echoes.size());
  int count = 0;
  const auto feature = [&](int f) {
    return network_->features.data() + std::ptrdiff_t{f} * columns;
  };
  const auto add = [&](const float* term, float scale) {
    terms_[static_cast<std::size_t>(count)] = term;
    scales_[static_cast<std::size_t>(count)] = scale;
    ++count;
  };
  const auto write_sum = [&](float* out) {
    network_->kernels->sum(terms_.data(), scales_.data(), count, columns, out);
    count = 0;
  };

  const std::array<float, 4> bar = place_features(config, place);
  for (int k = 0; k < 4; ++k) add(feature(order.place + k), bar[static_cast<std::size_t>(k)]);
  if (place.step == 0) add(feature(order.start), 1);
  for (int echo = 0; echo < echoes; ++echo)
    if (const float like = match(previous, past[2 + 2 * echo], notes); like != 0)
      add(feature(order.echoes + echo * (echo_cells + 1) + echo_cells), like);
  write_sum(step_.data());

  const std::array<float, 24> sounding = sounding_notes(config, previous);
  for (int pitch_class = 0; pitch_class < std::min(12, last - first); ++pitch_class) {
    const int own = (config.roll.low + first + pitch_class) % 12;
    add(step_.data(), 1);
    for (int k = 0; k < 12; ++k)
      if (const float heard = sounding[static_cast<std::size_t>(own + k)]; heard != 0)
        add(feature(order.sounding + k), heard);
    write_sum(classes_.data() + std::ptrdiff_t{own} * columns);
  }

  for (int n = first; n < last; ++n) {
    add(network_->still.data() + std::ptrdiff_t{n} * columns, 1);
    add(classes_.data() + std::ptrdiff_t{(config.roll.low + n) % 12} * columns, 1);
    const auto add_window = [&](const std::uint8_t* frame, int window, int at) {
      const int half = window / 2;
      for (int m = std::max(0, n - half); m <= std::min(notes - 1, n + half); ++m) {
        if (frame[m] == 0) continue;
        const int seen = at + (m - n + half) * channels;
        if ((frame[m] & music::kPlay) != 0) add(feature(seen), 1);
        if (channels == 2 && (frame[m] & music::kArticulate) != 0) add(feature(seen + 1), 1);
      }
    };
    add_window(previous, config.window, FeatureOrder::window);
    for (int echo = 0; echo < echoes; ++echo)
      add_window(past[1 + 2 * echo], config.echo_window, order.echoes + echo * (echo_cells + 1));
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
