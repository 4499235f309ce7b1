#pragma once
// What the time axis knows of the past, mixed along the notes (kMixes): layers over the notes of a
// step, upwards and downwards, for all sequences of a stepper.

#include <algorithm>

#include "network/model/dropout.h"
#include "network/step/packed_network.h"
#include "network/step/worker_pool.h"

namespace toccata::network::stepping {

/// A step is taken in three stages, the first and the last shared out by the caller, each done
/// before the next begins; which rows are worked on together changes no bit.
class MixLayers {
 public:
  /// Of a network that mixes nothing: no memory, nothing to call.
  MixLayers(const PackedNetwork& network, int sequences);

  /// 1. All layers' input products for notes first … last-1 of sequence b, with both biases.
  ///   x: the time axis' output of these notes
  void inputs(int b, int first, int last, const Rows& x);

  /// 2. All layers along all notes, side by side, some sequences at a time where that is worth it.
  ///   masks(k, b, position): dropout's, a DropoutRow; asked for where keep_prob is below 1
  template <typename Masks>
  void run(WorkerPool& pool, bool share, const Masks& masks) {
    const int count = static_cast<int>(ways_.size());
    const int parts = share ? std::clamp(pool.threads() / count, 1, sequences_) : 1;
    const auto part_of = [&](int chunk, int) {
      const int k = chunk / parts, part = chunk % parts;
      const int first = sequences_ * part / parts, last = sequences_ * (part + 1) / parts;
      DropoutRow* keys = ways_[static_cast<std::size_t>(k)].keys.data();
      for (int position = 0; position < notes_; ++position) {
        for (int b = first; b < last && network_->keep_prob < 1; ++b)
          keys[b] = masks(k, b, position);
        step(k, position, first, last);
      }
    };
    if (share)
      pool.run(count * parts, part_of);
    else
      for (int k = 0; k < count; ++k) part_of(k, 0);
  }

  /// 3. Adds all layers' part to the first note layer's input products of notes first … last-1 of
  /// sequence b.
  ///   start: (last - first, columns), `stride` floats apart
  void add(int b, int first, int last, float* start, std::ptrdiff_t stride);

 private:
  struct Way {
    std::size_t bytes = 0;      // of a row of h
    Buffer<float> start;        // (N, B, columns)
    Buffer<std::byte> h;        // (N + 2, B, stride) elements: note n at n + 1, zeros at both ends
    Buffer<std::byte> dropped;  // likewise, h after dropout, where there is any
    Buffer<float> c;            // (B, stride)
    std::vector<DropoutRow> keys;  // (B)
  };
  void step(int k, int position, int first, int last);
  int note_at(int k, int position) const {
    return network_->mix_down[static_cast<std::size_t>(k)] ? notes_ - 1 - position : position;
  }
  /// Of note n, -1 … N.
  std::size_t row(int n, int b) const {
    return static_cast<std::size_t>(n + 1) * static_cast<std::size_t>(sequences_) +
           static_cast<std::size_t>(b);
  }
  std::byte* h_row(int k, std::size_t at) {
    Way& way = ways_[static_cast<std::size_t>(k)];
    return way.h.data() + at * way.bytes;
  }
  std::byte* out_row(int k, std::size_t at) {
    Way& way = ways_[static_cast<std::size_t>(k)];
    return (way.dropped.size() != 0 ? way.dropped : way.h).data() + at * way.bytes;
  }

  const PackedNetwork* network_;
  int notes_, sequences_;
  std::vector<Way> ways_;  // of PackedNetwork::mix
};

}  // namespace toccata::network::stepping
