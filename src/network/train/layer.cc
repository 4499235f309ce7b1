#include "network/train/layer.h"

#include <algorithm>

namespace toccata::network::train {
namespace {

int round_up(int n, int to) {
  return (n + to - 1) / to * to;
}

}  // namespace

LayerShape::LayerShape(const Kernels& kernels, int input_, int hidden_, int below_, bool sparse_)
    : input(sparse_ ? 0 : input_),
      hidden(hidden_),
      sparse(sparse_ ? input_ : 0),
      below(below_),
      pack(kernels.layout.pack()) {
  blocks = (hidden + kLanes - 1) / kLanes;
  gate_values = gate_columns(hidden);
  row_words = (input + hidden + pack - 1) / pack;
  row_stride = static_cast<std::size_t>(round_up(row_words, kLanes));
  unit_stride = static_cast<std::size_t>(round_up(hidden, kLanes));
  below_stride = static_cast<std::size_t>(round_up(below, kLanes));
}

void pack_layer(const Kernels& kernels, const LayerShape& shape,
                const LstmSlice<const float>& weights, PackedLayer& packed) {
  const int hidden = shape.hidden, input = shape.input, all = input + shape.sparse;
  const auto of_h = gate_weights(hidden, {weights.weight_hh, hidden, 0, hidden});
  const auto of_x = gate_weights(hidden, {weights.weight_ih, all, 0, all});
  pack(
      kernels, hidden + input, shape.gate_values,
      [&](int k, int column) { return k < hidden ? of_h(k, column) : of_x(k - hidden, column); },
      packed.forward);
  pack_columns(hidden, weights.bias_ih, weights.bias_hh, packed.bias);
  if (shape.sparse > 0) pack_rows(hidden, {weights.weight_ih, all, 0, shape.sparse}, packed.sparse);

  // The same weights turned around: from the gates to what they read.
  pack(
      kernels, shape.gate_values, static_cast<int>(shape.unit_stride),
      [&](int k, int column) { return column < hidden ? of_h(column, k) : 0.0f; },
      packed.to_hidden);
  pack(
      kernels, shape.gate_values, round_up(shape.below, kLanes),
      [&](int k, int column) { return column < shape.below ? of_x(column, k) : 0.0f; },
      packed.to_below);
}

void Trace::reserve(const Kernels& kernels, const LayerShape& shape, int positions_,
                    std::size_t rows_) {
  positions = positions_;
  rows = rows_;
  const std::size_t all = static_cast<std::size_t>(positions) * rows;
  operands.reserve((all + rows) * shape.row_stride);
  gates.reserve(all * shape.gate_values * kernels.layout.bytes);
  c.reserve((all + rows) * shape.unit_stride);
  kept.reserve(all * shape.blocks);
  sparse.reserve(all * shape.sparse);
}

void add_gradient(const LayerShape& shape, const LayerGradient& from, const LstmSlice<float>& to) {
  const int hidden = shape.hidden, input = shape.input;
  const float* panel = from.weight.data();
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
        to.weight_ih[row * shape.sparse + k] +=
            from.sparse.data()[k * shape.gate_values + block * kBlockColumns + column];
      const float bias = from.bias.data()[block * kBlockColumns + column];
      to.bias_ih[row] += bias;
      to.bias_hh[row] += bias;
    }
    panel += static_cast<std::size_t>(shape.groups()) * kGroup * 4 * width;
  }
}

// About 600 rows a sum: long enough to be worth reading and writing the gradient once, short enough
// for a block's operands to stay in the second-level cache.
int chunk_positions(int rows) {
  return std::max(1, 624 / std::max(rows, 1));
}

void Workspace::reserve(const Kernels& kernels, const LayerShape& shape, int rows) {
  const int chunk = chunk_positions(rows);
  const std::size_t chunk_rows = static_cast<std::size_t>(chunk) * round_up(rows, shape.pack);
  const std::size_t chunk_words = chunk_rows / shape.pack;
  z.reserve(static_cast<std::size_t>(rows) * kBlockColumns);
  dz.reserve(chunk_rows * shape.gate_values * kernels.layout.bytes);
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
  sum.out_stride = static_cast<std::size_t>(shape_.gate_values);
  for (int block = 0; block < shape_.blocks; ++block) {
    const std::size_t from = static_cast<std::size_t>(block) * kBlockColumns;
    sum.columns = 4 * shape_.width(block);
    sum.b = work.dz_columns.data() + from * chunk_words;
    sum.b_panel_stride = chunk_words * std::min(kernels_.layout.panel, sum.columns);
    sum.out = gradient.sparse.data() + from;
    kernels_.add_sparse_sum(sum);
  }
}

void Layer::forward(const PackedLayer& weights, const Trace& trace, const Rows& rows, int position,
                    const RowTable<char>& y, const LayerMasks& masks, Workspace& work) const {
  const int count = rows.active[position], bytes = kernels_.layout.bytes;
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
  sparse.weight_stride = static_cast<std::size_t>(shape_.gate_values);
  sparse.out = work.z.data();

  const Term operands =
      weights.forward.with(trace.operand_row(shape_, position, rows.first), shape_.row_stride);

  CellForward cell;
  cell.rows = count;
  cell.z = work.z.data();
  cell.c_stride = shape_.unit_stride;
  cell.gates_stride = static_cast<std::size_t>(shape_.gate_values * bytes);
  cell.h_stride = shape_.row_stride * sizeof(Word);
  cell.y_row = y.row;
  cell.masks.keys = masks.masks ? work.keys.data() : nullptr;
  cell.masks.threshold = DropoutMasks::keep_threshold(masks.keep_prob);
  cell.masks.scale = 1 / masks.keep_prob;
  cell.kept_stride = shape_.blocks;

  for (int block = 0; block < shape_.blocks; ++block) {
    const int width = shape_.width(block), first = block * kLanes, column = 4 * first;
    kernels_.product({.rows = count,
                      .columns = 4 * width,
                      .h = operands.from(0, column),
                      .before = weights.bias.data() + column,
                      .out = work.z.data(),
                      .out_stride = static_cast<std::size_t>(4 * width)});
    if (shape_.sparse > 0) {
      sparse.columns = 4 * width;
      sparse.weight = weights.sparse.data() + column;
      kernels_.add_sparse(sparse);
    }

    cell.width = width;
    cell.units = shape_.units(block);
    cell.c_before = trace.c_row(shape_, position, rows.first) + first;
    cell.c_after = trace.c_row(shape_, position + 1, rows.first) + first;
    cell.gates =
        trace.gates.data() + at * cell.gates_stride + static_cast<std::size_t>(column * bytes);
    cell.h = reinterpret_cast<char*>(trace.operand_row(shape_, position + 1, rows.first)) +
             first * bytes;
    cell.y = y.at(position) + first * bytes;
    cell.masks.first_unit = first;
    cell.kept = masks.masks ? trace.kept.data() + at * shape_.blocks + block : nullptr;
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
  const std::size_t row_bytes =
      static_cast<std::size_t>(shape_.gate_values * kernels_.layout.bytes);
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
  char* dz = work.dz.data() + words * shape_.pack * row_bytes;
  for (int block = 0; block < shape_.blocks; ++block) {
    const int width = shape_.width(block), first = block * kLanes;
    const std::size_t gate_bytes = static_cast<std::size_t>(4 * first * kernels_.layout.bytes);
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
    const int panel = std::min(kernels_.layout.panel, 4 * width);
    cell.dz_columns =
        work.dz_columns.data() + static_cast<std::size_t>(first) * 4 * chunk_words + words * panel;
    cell.dz_panel_stride = chunk_words * panel;
    cell.bias_gradient = gradient.bias.data() + first * 4;
    kernels_.cell_backward(cell);
  }
  if (position == 0) return;

  kernels_.product({.rows = count,
                    .columns = weights.to_hidden.columns,
                    .h = weights.to_hidden.with(dz, row_bytes / sizeof(Word)),
                    .out = work.dh.data(),
                    .out_stride = shape_.unit_stride});
}

void Layer::end_chunk(const PackedLayer& weights, const Trace& trace, const Rows& rows, int begin,
                      int end, float* dx, LayerGradient& gradient, Workspace& work) const {
  const std::size_t chunk_words =
      static_cast<std::size_t>(chunk_positions(rows.count())) * words_of(rows.count());
  const std::size_t row_words = static_cast<std::size_t>(shape_.gate_words());

  // Panel after panel: each serves all of the chunk's rows while it is near.
  const int columns = weights.to_below.columns;
  std::size_t words = 0;
  for (int first = 0; first < columns; first += kBlockColumns) {
    words = 0;
    for (int p = end - 1; p >= begin; --p) {
      const Word* dz =
          reinterpret_cast<const Word*>(work.dz.data()) + words * shape_.pack * row_words;
      const std::size_t row = static_cast<std::size_t>(p) * trace.rows + rows.first;
      kernels_.product({.rows = rows.active[p],
                        .columns = std::min(kBlockColumns, columns - first),
                        .h = weights.to_below.with(dz, row_words).from(0, first),
                        .out = dx + row * shape_.below_stride + first,
                        .out_stride = shape_.below_stride});
      words += words_of(rows.active[p]);
    }
  }

  words = 0;
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
    const std::size_t first = static_cast<std::size_t>(block) * kBlockColumns;
    sum.columns = 4 * shape_.width(block);
    sum.b = work.dz_columns.data() + first * chunk_words;
    sum.b_panel_stride = chunk_words * std::min(kernels_.layout.panel, sum.columns);
    sum.out = gradient.weight.data() + first * sum.groups * kGroup;
    kernels_.add_sum(sum);
  }
  if (shape_.sparse > 0) sum_sparse(trace, rows, begin, end, chunk_words, gradient, work);
}

}  // namespace toccata::network::train
