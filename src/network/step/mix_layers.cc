#include "network/step/mix_layers.h"

#include <algorithm>

namespace toccata::network::stepping {

MixLayers::MixLayers(const PackedNetwork& network, int sequences)
    : network_(&network),
      notes_(network.config.notes()),
      sequences_(sequences),
      ways_(network.mix.size()) {
  const auto width = static_cast<std::size_t>(sequences), notes = static_cast<std::size_t>(notes_);
  for (std::size_t k = 0; k < ways_.size(); ++k) {
    const PackedLayer& layer = network.mix[k];
    const auto stride = static_cast<std::size_t>(layer.stride);
    Way& way = ways_[k];
    way.bytes = stride * static_cast<std::size_t>(network.kernels->layout.bytes);
    way.start = Buffer<float>(notes * width * static_cast<std::size_t>(layer.columns));
    way.h = Buffer<std::byte>((notes + 2) * width * way.bytes);
    if (network.keep_prob < 1) way.dropped = Buffer<std::byte>((notes + 2) * width * way.bytes);
    way.c = Buffer<float>(width * stride);
    way.keys.resize(width);
    const auto silence = static_cast<std::byte>(network.kernels->layout.zero);
    std::fill_n(way.h.data(), way.h.size(), silence);
    std::fill_n(way.dropped.data(), way.dropped.size(), silence);
  }
}

void MixLayers::inputs(int b, int first, int last, const Rows& x) {
  for (std::size_t k = 0; k < ways_.size(); ++k) {
    const PackedLayer& layer = network_->mix[k];
    const std::ptrdiff_t columns = layer.columns;
    network_->kernels->product(
        {.rows = last - first,
         .columns = layer.columns,
         .x = x * layer.x_weights,
         .start = layer.start.data(),
         .out = ways_[k].start.data() + (std::ptrdiff_t{first} * sequences_ + b) * columns,
         .out_stride = static_cast<std::size_t>(sequences_ * columns)});
  }
}

void MixLayers::step(int k, int position, int first, int last) {
  Way& way = ways_[static_cast<std::size_t>(k)];
  const PackedLayer& layer = network_->mix[static_cast<std::size_t>(k)];
  const int n = note_at(k, position),
            before = network_->mix_down[static_cast<std::size_t>(k)] ? n + 1 : n - 1;
  float* c = way.c.data() + std::ptrdiff_t{first} * layer.stride;
  if (position == 0) std::fill_n(c, std::ptrdiff_t{last - first} * layer.stride, 0.0f);
  lstm(*network_, layer,
       {.rows = last - first,
        .h = network_->rows(layer, h_row(k, row(before, first))) * layer.h_weights,
        .start = way.start.data() + (std::ptrdiff_t{n} * sequences_ + first) * layer.columns,
        .start_stride = static_cast<std::size_t>(layer.columns)},
       {c, h_row(k, row(n, first)), way.dropped.size() != 0 ? out_row(k, row(n, first)) : nullptr,
        way.keys.data() + first});
}

void MixLayers::add(int b, int first, int last, float* start, std::ptrdiff_t stride) {
  const auto term = [&](int k) {
    const PackedLayer& layer = network_->mix[static_cast<std::size_t>(k)];
    return network_->rows(layer, out_row(k, row(first, b)), sequences_) *
           network_->note_mix[static_cast<std::size_t>(k)];
  };
  const auto apart = static_cast<std::size_t>(stride);
  // Two at a time: one product for each pair.
  const int count = static_cast<int>(ways_.size());
  for (int k = 0; k < count; k += 2)
    network_->kernels->product({.rows = last - first,
                                .columns = network_->note.front().columns,
                                .h = term(k),
                                .x = k + 1 < count ? term(k + 1) : Term{},
                                .before = start,
                                .before_stride = apart,
                                .out = start,
                                .out_stride = apart});
}

}  // namespace toccata::network::stepping
