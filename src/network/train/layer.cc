#include "network/train/layer.h"

#include <algorithm>

namespace toccata::network::train {
namespace {

int round_up(int n, int to) {
  return (n + to - 1) / to * to;
}

/// Packs a matrix (K values, columns) as the panels of a right operand of `columns` columns, a
/// multiple of 16.
template <typename Value>
void pack_panels(const Kernels& kernels, int words, int columns, const Value& value, Word* out) {
  float row[2 * kMaxVectors * kLanes];
  for (int first = 0; first < columns; first += kernels.panel) {
    const int count = std::min(kernels.panel, columns - first);
    for (int k = 0; k < words; ++k, out += count) {
      for (int column = 0; column < count; ++column)
        for (int j = 0; j < kernels.pack; ++j)
          row[column * kernels.pack + j] = value(k * kernels.pack + j, first + column);
      kernels.store(row, count * kernels.pack, out);
    }
  }
}

/// The gate and unit of a value in a row of gates.
struct GateValue {
  int gate, unit;
};
GateValue gate_value(const LayerShape& shape, int value) {
  const int block = std::min(value / (4 * kLanes), shape.blocks - 1);
  const int width = shape.width(block), at = value - block * 4 * kLanes;
  return {at / width, block * kLanes + at % width};
}

/// A product's blocks of at most 64 columns over n columns: calls work(first column, vectors).
template <typename Work>
void for_blocks(int columns, const Work& work) {
  for (int first = 0; first < columns; first += kMaxVectors * kLanes)
    work(first, (std::min(columns - first, kMaxVectors * kLanes) + kLanes - 1) / kLanes);
}

}  // namespace

LayerShape::LayerShape(const Kernels& kernels, int input_, int hidden_, int below_, bool sparse_)
    : input(sparse_ ? 0 : input_),
      hidden(hidden_),
      sparse(sparse_ ? input_ : 0),
      below(below_),
      pack(kernels.pack) {
  blocks = (hidden + kLanes - 1) / kLanes;
  gate_values = 4 * round_up(hidden, 4);
  row_words = (input + hidden + pack - 1) / pack;
  row_stride = static_cast<std::size_t>(round_up(row_words, kLanes));
  unit_stride = static_cast<std::size_t>(round_up(hidden, kLanes));
  below_stride = static_cast<std::size_t>(round_up(below, kLanes));
}

void pack_layer(const Kernels& kernels, const LayerShape& shape,
                const LstmSlice<const float>& weights, PackedLayer& packed) {
  const int hidden = shape.hidden, input = shape.input, gate_words = shape.gate_words();
  packed.forward.reserve(static_cast<std::size_t>(shape.row_words) * shape.gate_values);
  packed.bias.reserve(shape.gate_values);
  packed.to_hidden.reserve(static_cast<std::size_t>(gate_words) * shape.unit_stride);
  packed.to_below.reserve(static_cast<std::size_t>(gate_words) * shape.below_stride);
  packed.sparse.reserve(static_cast<std::size_t>(shape.sparse) * shape.gate_values);

  for (int block = 0; block < shape.blocks; ++block) {
    const int width = shape.width(block);
    const auto value = [&](int k, int column) {
      const int unit = block * kLanes + column % width;
      if (unit >= hidden || k >= hidden + input) return 0.0f;
      const std::size_t row = static_cast<std::size_t>(column / width) * hidden + unit;
      return k < hidden ? weights.weight_hh[row * hidden + k]
                        : weights.weight_ih[row * input + k - hidden];
    };
    pack_panels(
        kernels, shape.row_words, 4 * width, value,
        packed.forward.data() + static_cast<std::size_t>(block) * shape.row_words * 4 * kLanes);
    for (int column = 0; column < 4 * width; ++column) {
      const int unit = block * kLanes + column % width;
      const int row = column / width * hidden + unit;
      packed.bias.data()[block * 4 * kLanes + column] =
          unit < hidden ? weights.bias_ih[row] + weights.bias_hh[row] : 0.0f;
      for (int k = 0; k < shape.sparse; ++k)
        packed.sparse.data()[static_cast<std::size_t>(block) * 4 * kLanes * shape.sparse +
                             static_cast<std::size_t>(k) * 4 * width + column] =
            unit < hidden ? weights.weight_ih[static_cast<std::size_t>(row) * shape.sparse + k]
                          : 0.0f;
    }
  }

  const auto pack_back = [&](int columns, const float* matrix, int stride, Word* out) {
    for_blocks(columns, [&](int first, int vectors) {
      const auto value = [&](int k, int column) {
        const auto [gate, unit] = gate_value(shape, k);
        if (unit >= hidden || first + column >= columns) return 0.0f;
        return matrix[(static_cast<std::size_t>(gate) * hidden + unit) * stride + first + column];
      };
      pack_panels(kernels, gate_words, vectors * kLanes, value,
                  out + static_cast<std::size_t>(first) * gate_words);
    });
  };
  pack_back(hidden, weights.weight_hh, hidden, packed.to_hidden.data());
  pack_back(shape.below, weights.weight_ih, input, packed.to_below.data());
}

void Trace::reserve(const Kernels& kernels, const LayerShape& shape, int positions_,
                    std::size_t rows_) {
  positions = positions_;
  rows = rows_;
  const std::size_t all = static_cast<std::size_t>(positions) * rows;
  operands.reserve((all + rows) * shape.row_stride);
  gates.reserve(all * shape.gate_values * kernels.bytes());
  c.reserve((all + rows) * shape.unit_stride);
  kept.reserve(all * shape.blocks);
  sparse.reserve(all * shape.sparse);
}

void add_gradient(const LayerShape& shape, const LayerGradient& from, const LstmSlice<float>& to) {
  const int hidden = shape.hidden, input = shape.input;
  const float* panel = from.weight.data();
  const float* sparse = from.sparse.data();
  for (int block = 0; block < shape.blocks; ++block) {
    const int width = shape.width(block);
    for (int column = 0; column < 4 * width; ++column) {
      const int unit = block * kLanes + column % width;
      if (unit >= hidden) continue;
      const std::size_t row = static_cast<std::size_t>(column / width) * hidden + unit;
      for (int k = 0; k < hidden; ++k)
        to.weight_hh[row * hidden + k] += panel[k * 4 * width + column];
      for (int k = 0; k < input; ++k)
        to.weight_ih[row * input + k] += panel[(hidden + k) * 4 * width + column];
      for (int k = 0; k < shape.sparse; ++k)
        to.weight_ih[row * shape.sparse + k] += sparse[k * 4 * width + column];
      const float bias = from.bias.data()[block * 4 * kLanes + column];
      to.bias_ih[row] += bias;
      to.bias_hh[row] += bias;
    }
    panel += static_cast<std::size_t>(shape.groups()) * kGroup * 4 * width;
    sparse += static_cast<std::size_t>(shape.sparse) * 4 * width;
  }
}

// About 600 rows a sum: long enough to be worth reading and writing the gradient once, short enough
// for a block's operands to stay in the second-level cache.
int chunk_positions(int rows) {
  return std::max(1, 624 / std::max(rows, 1));
}

void Workspace::reserve(const Kernels& kernels, const LayerShape& shape, int rows) {
  const int chunk = chunk_positions(rows);
  const std::size_t chunk_rows = static_cast<std::size_t>(chunk) * round_up(rows, kernels.pack);
  const std::size_t chunk_words = chunk_rows / kernels.pack;
  z.reserve(static_cast<std::size_t>(rows) * kMaxVectors * kLanes);
  dz.reserve(chunk_rows * shape.gate_values * kernels.bytes());
  dz_columns.reserve(chunk_words * shape.gate_values);
  packed_rows.reserve((chunk_words + 2) * shape.groups() * kGroup);
  dh.reserve(rows * shape.unit_stride);
  dc.reserve(rows * shape.unit_stride);
  keys.reserve(rows);
  if (shape.sparse == 0) return;
  listed.reserve(static_cast<std::size_t>(rows) * shape.sparse);
  count.reserve(rows);
  first.reserve(static_cast<std::size_t>(shape.sparse) + 1);
  row.reserve(chunk_rows * shape.sparse);
  x.reserve(chunk_rows * shape.sparse);
}

void Layer::list_rows(const Trace& trace, const Rows& rows, int position, Workspace& work) const {
  for (int r = 0; r < rows.active[position]; ++r) {
    const float* x = trace.sparse_row(shape_, position, rows.first + r);
    std::uint16_t* listed = work.listed.data() + static_cast<std::size_t>(r) * shape_.sparse;
    int count = 0;
    for (int k = 0; k < shape_.sparse; ++k) {
      listed[count] = static_cast<std::uint16_t>(k);
      count += x[k] != 0;
    }
    work.count.data()[r] = count;
  }
}

/// The chunk's rows are numbered as dz_columns has them: from its last position on.
void Layer::sum_sparse(const Trace& trace, const Rows& rows, int begin, int end,
                       std::size_t chunk_words, LayerGradient& gradient, Workspace& work) const {
  // Each value's rows side by side: they are counted, then written.
  int* first = work.first.data();
  std::fill_n(first, shape_.sparse + 1, 0);
  const auto each = [&](const auto& take) {
    int row = 0;
    for (int p = end - 1; p >= begin; --p) {
      for (int r = 0; r < rows.active[p]; ++r) {
        const float* x = trace.sparse_row(shape_, p, rows.first + r);
        for (int k = 0; k < shape_.sparse; ++k)
          if (x[k] != 0) take(k, row + r, x[k]);
      }
      row += words_of(rows.active[p]) * shape_.pack;
    }
  };
  each([&](int k, int, float) { ++first[k + 1]; });
  for (int k = 0; k < shape_.sparse; ++k) first[k + 1] += first[k];
  each([&](int k, int row, float x) {
    work.row.data()[first[k]] = static_cast<std::uint16_t>(row);
    work.x.data()[first[k]++] = x;
  });
  for (int k = shape_.sparse; k > 0; --k) first[k] = first[k - 1];
  first[0] = 0;

  SparseSum sum;
  sum.values = shape_.sparse;
  sum.first = first;
  sum.row = work.row.data();
  sum.x = work.x.data();
  for (int block = 0; block < shape_.blocks; ++block) {
    const std::size_t from = static_cast<std::size_t>(block) * 4 * kLanes;
    sum.vectors = shape_.width(block) / 4;
    sum.b = work.dz_columns.data() + from * chunk_words;
    sum.b_panel_stride = chunk_words * std::min(kernels_.panel, 4 * shape_.width(block));
    sum.out = gradient.sparse.data() + from * shape_.sparse;
    kernels_.add_sparse_sum(sum);
  }
}

void Layer::forward(const PackedLayer& weights, const Trace& trace, const Rows& rows, int position,
                    const RowTable<char>& y, const LayerMasks& masks, Workspace& work) const {
  const int count = rows.active[position];
  const std::size_t at = static_cast<std::size_t>(position) * trace.rows + rows.first;
  if (masks.masks)
    for (int r = 0; r < count; ++r) {
      const auto [window, other] = rows.places[r];
      work.keys.data()[r] = rows.along_time ? masks.masks[window].row(masks.layer, position, other)
                                            : masks.masks[window].row(masks.layer, other, position);
    }

  if (shape_.sparse > 0) list_rows(trace, rows, position, work);
  SparseProduct sparse;
  sparse.rows = count;
  sparse.x = trace.sparse_row(shape_, position, rows.first);
  sparse.x_stride = sparse.listed_stride = static_cast<std::size_t>(shape_.sparse);
  sparse.listed = work.listed.data();
  sparse.count = work.count.data();
  sparse.out = work.z.data();

  Product product;
  product.rows = count;
  product.words = shape_.row_words;
  product.a = trace.operand_row(shape_, position, rows.first);
  product.a_stride = shape_.row_stride;
  product.out = work.z.data();

  CellForward cell;
  cell.rows = count;
  cell.z = work.z.data();
  cell.c_stride = shape_.unit_stride;
  cell.gates_stride = static_cast<std::size_t>(shape_.gate_values) * kernels_.bytes();
  cell.h_stride = shape_.row_stride * sizeof(Word);
  cell.y_row = y.row;
  cell.masks.keys = masks.masks ? work.keys.data() : nullptr;
  cell.masks.threshold = DropoutMasks::keep_threshold(masks.keep_prob);
  cell.masks.scale = 1 / masks.keep_prob;
  cell.kept_stride = shape_.blocks;

  for (int block = 0; block < shape_.blocks; ++block) {
    const int width = shape_.width(block), first = block * kLanes;
    product.vectors = width / 4;
    product.b = weights.forward.data() + static_cast<std::size_t>(first) * 4 * shape_.row_words;
    product.out_stride = static_cast<std::size_t>(4) * width;
    product.start = weights.bias.data() + first * 4;
    kernels_.multiply(product);
    if (shape_.sparse > 0) {
      sparse.vectors = product.vectors;
      sparse.weight = weights.sparse.data() + static_cast<std::size_t>(first) * 4 * shape_.sparse;
      kernels_.add_sparse(sparse);
    }

    cell.width = width;
    cell.units = shape_.units(block);
    cell.c_before = trace.c_row(shape_, position, rows.first) + first;
    cell.c_after = trace.c_row(shape_, position + 1, rows.first) + first;
    cell.gates = trace.gates.data() + at * cell.gates_stride +
                 static_cast<std::size_t>(first) * 4 * kernels_.bytes();
    cell.h = reinterpret_cast<char*>(trace.operand_row(shape_, position + 1, rows.first)) +
             first * kernels_.bytes();
    cell.y = y.at(position) + first * kernels_.bytes();
    cell.masks.first_unit = first;
    cell.kept = trace.kept.data() + at * shape_.blocks + block;
    kernels_.cell_forward(cell);
  }
}

void Layer::begin_backward(const Rows& rows, Workspace& work) const {
  const std::size_t used = static_cast<std::size_t>(rows.count()) * shape_.unit_stride;
  std::fill_n(work.dh.data(), used, 0.0f);
  std::fill_n(work.dc.data(), used, 0.0f);
}

void Layer::backward_position(const PackedLayer& weights, const Trace& trace, const Rows& rows,
                              int position, int chunk_end, const RowTable<const float>& dy,
                              const LayerMasks& masks, LayerGradient& gradient,
                              Workspace& work) const {
  const int count = rows.active[position];
  const std::size_t at = static_cast<std::size_t>(position) * trace.rows + rows.first;
  // The chunk's rows stand from its last position on, as they come; each position begins a word.
  std::size_t words = 0, chunk_words = 0;
  for (int p = chunk_end - 1; p > position; --p) words += words_of(rows.active[p]);
  const std::size_t row_bytes = static_cast<std::size_t>(shape_.gate_values) * kernels_.bytes();
  // (the panel's stride is that of a full chunk)
  chunk_words = static_cast<std::size_t>(chunk_positions(rows.count())) * words_of(rows.count());

  CellBackward cell;
  cell.rows = count;
  cell.gates_stride = row_bytes;
  cell.c_stride = shape_.unit_stride;
  cell.dy_row = dy.row;
  cell.d_stride = shape_.unit_stride;
  cell.kept_stride = shape_.blocks;
  cell.scale = 1 / masks.keep_prob;
  cell.dz_stride = row_bytes;
  char* dz = work.dz.data() + words * kernels_.pack * row_bytes;
  for (int block = 0; block < shape_.blocks; ++block) {
    const int width = shape_.width(block), first = block * kLanes;
    const std::size_t gate_bytes = static_cast<std::size_t>(first) * 4 * kernels_.bytes();
    cell.width = width;
    cell.units = shape_.units(block);
    cell.gates = trace.gates.data() + at * row_bytes + gate_bytes;
    cell.c_before = trace.c_row(shape_, position, rows.first) + first;
    cell.c_after = trace.c_row(shape_, position + 1, rows.first) + first;
    cell.dy = dy.at(position) + first;
    cell.dh = work.dh.data() + first;
    cell.dc = work.dc.data() + first;
    cell.kept = masks.masks ? trace.kept.data() + at * shape_.blocks + block : nullptr;
    cell.dz = dz + gate_bytes;
    const int panel = std::min(kernels_.panel, 4 * width);
    cell.dz_columns =
        work.dz_columns.data() + static_cast<std::size_t>(first) * 4 * chunk_words + words * panel;
    cell.dz_panel_stride = chunk_words * panel;
    cell.bias_gradient = gradient.bias.data() + first * 4;
    kernels_.cell_backward(cell);
  }
  if (position == 0) return;

  Product product;
  product.rows = count;
  product.words = shape_.gate_words();
  product.a = reinterpret_cast<const Word*>(dz);
  product.a_stride = static_cast<std::size_t>(shape_.gate_words());
  product.out_stride = shape_.unit_stride;
  for_blocks(shape_.hidden, [&](int first, int vectors) {
    product.vectors = vectors;
    product.b = weights.to_hidden.data() + static_cast<std::size_t>(first) * product.words;
    product.out = work.dh.data() + first;
    kernels_.multiply(product);
  });
}

void Layer::end_chunk(const PackedLayer& weights, const Trace& trace, const Rows& rows, int begin,
                      int end, float* dx, LayerGradient& gradient, Workspace& work) const {
  const std::size_t chunk_words =
      static_cast<std::size_t>(chunk_positions(rows.count())) * words_of(rows.count());
  const std::size_t row_words = static_cast<std::size_t>(shape_.gate_words());

  for_blocks(shape_.below, [&](int first, int vectors) {
    Product product;
    product.words = shape_.gate_words();
    product.a_stride = row_words;
    product.out_stride = shape_.below_stride;
    product.vectors = vectors;
    product.b = weights.to_below.data() + static_cast<std::size_t>(first) * product.words;
    std::size_t words = 0;
    for (int p = end - 1; p >= begin; --p) {
      product.rows = rows.active[p];
      product.a = reinterpret_cast<const Word*>(work.dz.data()) + words * shape_.pack * row_words;
      product.out = dx +
                    (static_cast<std::size_t>(p) * trace.rows + rows.first) * shape_.below_stride +
                    first;
      kernels_.multiply(product);
      words += words_of(product.rows);
    }
  });

  std::size_t words = 0;
  const std::size_t group_stride = (chunk_words + 2) * kGroup;
  for (int p = end - 1; p >= begin; --p) {
    kernels_.pack_rows(rows.active[p], shape_.input + shape_.hidden,
                       trace.operand_row(shape_, p, rows.first), shape_.row_stride,
                       work.packed_rows.data() + words * kGroup, group_stride);
    words += words_of(rows.active[p]);
  }
  Sum sum;
  sum.groups = shape_.groups();
  sum.words = static_cast<int>(words);
  sum.a = work.packed_rows.data();
  sum.a_group_stride = group_stride;
  for (int block = 0; block < shape_.blocks; ++block) {
    const std::size_t first = static_cast<std::size_t>(block) * 4 * kLanes;
    sum.vectors = shape_.width(block) / 4;
    sum.b = work.dz_columns.data() + first * chunk_words;
    sum.b_panel_stride = chunk_words * std::min(kernels_.panel, 4 * shape_.width(block));
    sum.out = gradient.weight.data() + first * sum.groups * kGroup;
    kernels_.add_sum(sum);
  }
  if (shape_.sparse > 0) sum_sparse(trace, rows, begin, end, chunk_words, gradient, work);
}

}  // namespace toccata::network::train
