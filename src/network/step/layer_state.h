#pragma once
// What one layer of the stepper remembers between two positions of its axis.

#include <algorithm>

#include "network/step/packed_network.h"

namespace toccata::network::stepping {

/// For `rows` sequences of the layer's axis.
struct LayerState {
  LayerState(const PackedLayer& layer, std::size_t rows, const Layout& layout, bool dropout,
             bool ahead)
      : stride(layer.stride),
        columns(ahead ? static_cast<std::size_t>(layer.columns) : 0),
        bytes(static_cast<std::size_t>(layer.stride * layout.bytes)),
        c(rows * static_cast<std::size_t>(layer.stride)),
        h{Buffer<std::byte>(rows * bytes), Buffer<std::byte>(rows * bytes)},
        dropped(dropout ? rows * bytes : 0),
        recurrent(rows * columns),
        silence(layout.zero) {
    zero(0, rows);
  }

  std::byte* h_row(int which, std::size_t row) { return h[which].data() + row * bytes; }
  float* c_row(std::size_t row) { return c.data() + row * static_cast<std::size_t>(stride); }
  /// What the next layer reads.
  std::byte* out_row(int which, std::size_t row) {
    return dropped.size() != 0 ? dropped.data() + row * bytes : h_row(which, row);
  }
  /// What a step reads from the others and writes.
  LayerRows written(int which, std::size_t row, const DropoutRow* keys) {
    return {c_row(row), h_row(which, row), dropped.size() != 0 ? out_row(which, row) : nullptr,
            keys};
  }
  float* recurrent_row(std::size_t row) { return recurrent.data() + row * columns; }

  void zero(std::size_t row, std::size_t count) {
    std::fill_n(c_row(row), count * static_cast<std::size_t>(stride), 0.0f);
    for (int which : {0, 1})
      std::fill_n(h_row(which, row), count * bytes, static_cast<std::byte>(silence));
    std::fill_n(recurrent_row(row), count * columns, 0.0f);
  }
  /// The rows of another stepper's layer; `recurrent` is to be made anew.
  void take_over(LayerState& other, int which, std::size_t from, int own, std::size_t to,
                 std::size_t count) {
    std::copy_n(other.c_row(from), count * static_cast<std::size_t>(stride), c_row(to));
    std::copy_n(other.h_row(which, from), count * bytes, h_row(own, to));
  }
  void copy(std::size_t from, std::size_t to, std::size_t count) {
    std::copy_n(c_row(from), count * static_cast<std::size_t>(stride), c_row(to));
    for (int which : {0, 1}) std::copy_n(h_row(which, from), count * bytes, h_row(which, to));
    std::copy_n(recurrent_row(from), count * columns, recurrent_row(to));
  }

  int stride;                 // elements of a row
  std::size_t columns;        // of a row of `recurrent`
  std::size_t bytes;          // of a row of h
  Buffer<float> c;            // (rows, stride)
  Buffer<std::byte> h[2];     // (rows, stride) elements: before and after a step, in turn
  Buffer<std::byte> dropped;  // (rows, stride) elements: h after dropout, where there is any
  Buffer<float> recurrent;    // (rows, columns): h W_h, where it is made before its step begins
  int silence;                // every byte of an h of zeros
};

}  // namespace toccata::network::stepping
