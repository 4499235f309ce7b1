#include "network/step/mix_layers.h"

#include <algorithm>

#include "network/step/drop.h"

namespace toccata::network::stepping {

MixLayers::MixLayers(const PackedNetwork& network, int sequences, bool dropout)
    : network_(&network),
      notes_(network.config.notes()),
      sequences_(sequences),
      ways_(network.mix.size()) {
  const auto width = static_cast<std::size_t>(sequences), notes = static_cast<std::size_t>(notes_);
  for (std::size_t k = 0; k < ways_.size(); ++k) {
    const PackedLayer& layer = network.mix[k];
    const auto stride = static_cast<std::size_t>(layer.stride);
    Way& way = ways_[k];
    way.bytes = stride * network.kernels->layout.bytes();
    way.start = Buffer<float>(notes * width * static_cast<std::size_t>(layer.columns));
    way.h = Buffer<std::byte>((notes + 2) * width * way.bytes);
    if (dropout) way.dropped = Buffer<std::byte>((notes + 2) * width * way.bytes);
    way.c = Buffer<float>(width * stride);
    const auto silence = static_cast<std::byte>(network.kernels->layout.silence());
    std::fill_n(way.h.data(), way.h.size(), silence);
    std::fill_n(way.dropped.data(), way.dropped.size(), silence);
  }
}

void MixLayers::inputs(int b, int first, int last, const Rows& x) {
  for (std::size_t k = 0; k < ways_.size(); ++k) {
    const PackedLayer& layer = network_->mix[k];
    const std::ptrdiff_t columns = layer.columns;
    network_->kernels->product(
        {.columns = layer.columns,
         .rows = last - first,
         .x = {&layer.x_weights, x},
         .start = layer.start.data()},
        ways_[k].start.data() + (std::ptrdiff_t{first} * sequences_ + b) * columns,
        sequences_ * columns);
  }
}

void MixLayers::step(int k, int position, int first, int last) {
  Way& way = ways_[static_cast<std::size_t>(k)];
  const PackedLayer& layer = network_->mix[static_cast<std::size_t>(k)];
  const Kernels& kernels = *network_->kernels;
  const int n = note_at(k, position),
            before = network_->mix_down[static_cast<std::size_t>(k)] ? n + 1 : n - 1;
  float* c = way.c.data() + std::ptrdiff_t{first} * layer.stride;
  if (position == 0) std::fill_n(c, std::ptrdiff_t{last - first} * layer.stride, 0.0f);
  kernels.lstm(
      {.columns = layer.columns,
       .rows = last - first,
       .h = {&layer.h_weights,
             {h_row(k, row(before, first)), layer.stride, kernels.layout.padded(layer.units)}},
       .start = way.start.data() + (std::ptrdiff_t{n} * sequences_ + first) * layer.columns,
       .start_stride = layer.columns},
      {c, layer.stride, h_row(k, row(n, first)), layer.stride});
}

void MixLayers::drop_row(int k, int position, int b, const DropoutRow& masks, float keep_prob) {
  const std::size_t at = row(note_at(k, position), b);
  drop(*network_->kernels, network_->mix[static_cast<std::size_t>(k)], masks, keep_prob,
       h_row(k, at), out_row(k, at));
}

void MixLayers::add(int b, int first, int last, float* start, std::ptrdiff_t stride) {
  const Kernels& kernels = *network_->kernels;
  const auto operand = [&](int k) {
    const PackedLayer& layer = network_->mix[static_cast<std::size_t>(k)];
    return Operand{&network_->note_mix[static_cast<std::size_t>(k)],
                   {out_row(k, row(first, b)), std::ptrdiff_t{sequences_} * layer.stride,
                    kernels.layout.padded(layer.units)}};
  };
  // Two at a time: one product for each pair.
  const int count = static_cast<int>(ways_.size());
  for (int k = 0; k < count; k += 2)
    kernels.product({.columns = network_->note.front().columns,
                     .rows = last - first,
                     .h = operand(k),
                     .x = k + 1 < count ? operand(k + 1) : Operand{},
                     .before = start,
                     .before_stride = stride},
                    start, stride);
}

}  // namespace toccata::network::stepping
