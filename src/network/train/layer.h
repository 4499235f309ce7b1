#pragma once
// One LSTM layer of the training pass: its packed weights, what the backward pass needs of each
// position, and both ways over one thread's rows. Rows are independent of each other; positions
// follow each other. On the time axis a row is a note and positions are steps; on the note axis a
// row is a step and positions are notes.
//
// A row of operands holds [h of the position before (H) | x (I)], so that one product makes the
// pre-activations and one sum the whole weight gradient. An x that is mostly zeros (features) is
// kept apart, in f32, and multiplied by way of lists of what is not zero.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "network/kernels/buffer.h"
#include "network/kernels/kernels.h"
#include "network/kernels/packing.h"
#include "network/model/weights.h"

namespace toccata::network::train {

struct LayerShape {
  /// sparse: x is mostly zeros, and no gradient by it is asked for.
  LayerShape(const Kernels& kernels, int input, int hidden, int below, bool sparse);

  int input = 0, hidden = 0;    // I (0 where x is sparse), H
  int sparse = 0;               // I where x is sparse, else 0
  int below = 0;                // the first values of x whose gradient is asked for
  int blocks = 0;               // of units
  int gate_values = 0;          // a row of gates: 4 * the units of all blocks
  int row_words = 0;            // of [h | x]
  std::size_t row_stride = 0;   // words, whole vectors
  std::size_t unit_stride = 0;  // floats, H in whole vectors
  std::size_t below_stride = 0;
  int pack = 1;

  int width(int block) const { return block_width(hidden, block * kLanes); }
  int units(int block) const {
    return hidden - block * kLanes < kLanes ? hidden - block * kLanes : kLanes;
  }
  int gate_words() const { return gate_values / pack; }
  int groups() const { return (input + hidden + kGroup - 1) / kGroup; }
  /// Floats of a weight gradient: for each block (6 * groups, 4 * width).
  std::size_t gradient_size() const {
    return static_cast<std::size_t>(groups()) * kGroup * static_cast<std::size_t>(gate_values);
  }
};

struct PackedLayer {
  Packed forward;        // (row_words, gate_values)
  Buffer<float> bias;    // (gate_values)
  Packed to_hidden;      // (gate_words, unit_stride)
  Packed to_below;       // likewise over the first `below` values of x
  Buffer<float> sparse;  // (sparse, gate_values)
  std::size_t bytes() const {
    return forward.data.bytes() + bias.bytes() + to_hidden.data.bytes() + to_below.data.bytes() +
           sparse.bytes();
  }
};

void pack_layer(const Kernels& kernels, const LayerShape& shape,
                const LstmSlice<const float>& weights, PackedLayer& packed);

/// What a layer leaves for its backward pass: L positions of R rows.
struct Trace {
  int positions = 0;
  std::size_t rows = 0;
  Buffer<Word> operands;       // (L+1, R, row_stride); position p: [h(p-1) | x(p)]
  Buffer<char> gates;          // (L, R, gate_values) values
  Buffer<float> c;             // (L+1, R, unit_stride); position p: c(p-1)
  Buffer<std::uint16_t> kept;  // (L, R, blocks)
  Buffer<float> sparse;        // (L, R, sparse): x where it is sparse

  void reserve(const Kernels& kernels, const LayerShape& shape, int positions, std::size_t rows);
  Word* operand_row(const LayerShape& shape, int position, std::size_t row) const {
    return operands.data() + (static_cast<std::size_t>(position) * rows + row) * shape.row_stride;
  }
  float* c_row(const LayerShape& shape, int position, std::size_t row) const {
    return c.data() + (static_cast<std::size_t>(position) * rows + row) * shape.unit_stride;
  }
  float* sparse_row(const LayerShape& shape, int position, std::size_t row) const {
    return sparse.data() + (static_cast<std::size_t>(position) * rows + row) *
                               static_cast<std::size_t>(shape.sparse);
  }
  std::size_t bytes() const {
    return operands.bytes() + gates.bytes() + c.bytes() + kept.bytes() + sparse.bytes();
  }
};

/// The weight gradient of one layer, summed by one thread.
struct LayerGradient {
  Buffer<float> weight;  // gradient_size
  Buffer<float> bias;    // (gate_values)
  Buffer<float> sparse;  // (sparse, gate_values)
};
/// Adds it to the flat buffer's slice.
void add_gradient(const LayerShape& shape, const LayerGradient& from, const LstmSlice<float>& to);

/// One thread's rows of an axis.
struct Rows {
  bool along_time = true;
  std::size_t first = 0;
  std::vector<int> active;  // (positions): the first so many rows have this position; never grows
  struct Place {
    int window = 0;  // of the group
    int other = 0;   // the row's note on the time axis, its step on the note axis
  };
  std::vector<Place> places;  // (rows)

  int count() const { return static_cast<int>(places.size()); }
  int positions() const { return static_cast<int>(active.size()); }
};

/// Where something of each row stands: base + row[r] + position * step, which may go downwards.
template <typename T>
struct RowTable {
  T* base = nullptr;
  const std::size_t* row = nullptr;
  std::ptrdiff_t step = 0;
  T* at(int position) const { return base + position * step; }
};

/// Dropout of a layer; masks null: none.
struct LayerMasks {
  const DropoutMasks* masks = nullptr;  // of each window of the group
  int layer = 0;
  float keep_prob = 1;
};

/// One thread's scratch.
struct Workspace {
  Buffer<float> z;           // (rows, 64)
  Buffer<char> dz;           // (chunk rows, gate_values) values
  Buffer<Word> dz_columns;   // for each block: panels of (chunk words, columns)
  Buffer<Word> packed_rows;  // (groups, chunk words + 2, 6)
  Buffer<float> dh, dc;      // (rows, unit_stride)
  Buffer<DropoutRow> keys;   // (rows)
  // What is not zero of a sparse x: of each row of a position, then for each value of a chunk.
  Buffer<std::uint16_t> listed;  // (rows, sparse)
  Buffer<int> count;             // (rows)
  Buffer<int> first;             // (sparse + 1)
  Buffer<std::uint16_t> row;     // (chunk rows, sparse)
  Buffer<float> x;               // likewise
  void reserve(const Kernels& kernels, const LayerShape& shape, int rows);
  std::size_t bytes() const {
    return z.bytes() + dz.bytes() + dz_columns.bytes() + packed_rows.bytes() + dh.bytes() +
           dc.bytes() + keys.bytes() + listed.bytes() + count.bytes() + first.bytes() +
           row.bytes() + x.bytes();
  }
};

/// Steps whose products are made in one go in the backward pass.
int chunk_positions(int rows);

class Layer {
 public:
  Layer(const Kernels& kernels, const LayerShape& shape) : kernels_(kernels), shape_(shape) {}

  /// One position forward: reads the operands' x, h and c of `position`; writes gates, h and c of
  /// the next, and y (bytes).
  void forward(const PackedLayer& weights, const Trace& trace, const Rows& rows, int position,
               const RowTable<char>& y, const LayerMasks& masks, Workspace& work) const;

  /// The whole backward pass.
  ///   dy (floats): gradient by y at each position and row;  `before(position)` may fill it first
  ///   dx (floats): (L, R, below_stride) of this layer's own rows; unused where below is 0
  template <typename Before>
  void backward(const PackedLayer& weights, const Trace& trace, const Rows& rows,
                const RowTable<const float>& dy, float* dx, const LayerMasks& masks,
                LayerGradient& gradient, Workspace& work, const Before& before) const {
    begin_backward(rows, work);
    const int chunk = chunk_positions(rows.count());
    for (int end = rows.positions(); end > 0; end -= chunk) {
      const int begin = end > chunk ? end - chunk : 0;
      for (int p = end - 1; p >= begin; --p) {
        before(p);
        backward_position(weights, trace, rows, p, end, dy, masks, gradient, work);
      }
      end_chunk(weights, trace, rows, begin, end, dx, gradient, work);
    }
  }

 private:
  void begin_backward(const Rows& rows, Workspace& work) const;
  void backward_position(const PackedLayer& weights, const Trace& trace, const Rows& rows,
                         int position, int chunk_end, const RowTable<const float>& dy,
                         const LayerMasks& masks, LayerGradient& gradient, Workspace& work) const;
  void end_chunk(const PackedLayer& weights, const Trace& trace, const Rows& rows, int begin,
                 int end, float* dx, LayerGradient& gradient, Workspace& work) const;
  void list_rows(const Trace& trace, const Rows& rows, int position, Workspace& work) const;
  void sum_sparse(const Trace& trace, const Rows& rows, int begin, int end, std::size_t chunk_words,
                  LayerGradient& gradient, Workspace& work) const;
  int words_of(int rows) const { return (rows + shape_.pack - 1) / shape_.pack; }

  const Kernels& kernels_;
  const LayerShape& shape_;
};

}  // namespace toccata::network::train
