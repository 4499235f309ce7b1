#pragma once
// What one layer of the stepper remembers between two positions of its axis.

#include <cstring>

#include "network/step/packed_network.h"

namespace toccata::network::stepping {

/// For `rows` sequences of the layer's axis.
struct LayerState {
  LayerState(const PackedLayer& layer, std::size_t rows, const Layout& layout, bool dropout,
             bool ahead)
      : stride(layer.stride),
        columns(ahead ? static_cast<std::size_t>(layer.columns) : 0),
        bytes(static_cast<std::size_t>(layer.stride) * layout.bytes()),
        c(rows * static_cast<std::size_t>(layer.stride)),
        h{Buffer<std::byte>(rows * bytes), Buffer<std::byte>(rows * bytes)},
        dropped(dropout ? rows * bytes : 0),
        recurrent(rows * columns),
        silence(layout.silence()) {
    zero(0, rows);
  }

  std::byte* h_row(int which, std::size_t row) { return h[which].data() + row * bytes; }
  float* c_row(std::size_t row) { return c.data() + row * static_cast<std::size_t>(stride); }
  /// What the next layer reads.
  std::byte* out_row(int which, std::size_t row) {
    return dropped.size() != 0 ? dropped.data() + row * bytes : h_row(which, row);
  }
  float* recurrent_row(std::size_t row) { return recurrent.data() + row * columns; }

  void zero(std::size_t row, std::size_t count) {
    std::memset(c_row(row), 0, count * static_cast<std::size_t>(stride) * sizeof(float));
    for (int which : {0, 1}) std::memset(h_row(which, row), silence, count * bytes);
    std::memset(recurrent_row(row), 0, count * columns * sizeof(float));
  }
  /// The rows of another stepper's layer; `recurrent` is to be made anew.
  void take_over(LayerState& other, int which, std::size_t from, int own, std::size_t to,
                 std::size_t count) {
    std::memcpy(c_row(to), other.c_row(from),
                count * static_cast<std::size_t>(stride) * sizeof(float));
    std::memcpy(h_row(own, to), other.h_row(which, from), count * bytes);
  }
  void copy(std::size_t from, std::size_t to, std::size_t count) {
    std::memcpy(c_row(to), c_row(from), count * static_cast<std::size_t>(stride) * sizeof(float));
    for (int which : {0, 1}) std::memcpy(h_row(which, to), h_row(which, from), count * bytes);
    std::memcpy(recurrent_row(to), recurrent_row(from), count * columns * sizeof(float));
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
