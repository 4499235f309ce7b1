#pragma once
// The inner loops of the training pass, as a table of functions that is chosen at run time by
// precision and instruction set. All of them see operands as 32-bit words: one float, or a pair of
// bfloat16 values that are neighbours along the summed index. One blocking serves both.
//
// Units are worked on in blocks of 16 (the last block may be 4, 8 or 12 wide: `width`). A block's
// gates stand side by side, i f g o, `width` values each: 4 * width columns, width / 4 vectors of
// 16 lanes. The columns beyond the layer's units are zero.
//
// Right operands lie in panels of at most Kernels::panel columns, one after the other, each with
// its columns word after word: what a register tile reads is one stretch of memory.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "network/kernels/precision.h"
#include "network/model/dropout.h"

namespace toccata::network::train {

using Word = std::uint32_t;
inline constexpr int kLanes = 16;      // floats per vector
inline constexpr int kMaxVectors = 4;  // vectors per block of columns
inline constexpr int kGroup = 6;       // rows that a packed left operand holds side by side

/// out (rows, 16 * vectors) = start + a (rows, words) * b (words, 16 * vectors)
struct Product {
  int rows = 0, words = 0, vectors = 0;
  const Word* a = nullptr;
  std::size_t a_stride = 0;  // words from row to row
  const Word* b = nullptr;   // panels of (words, columns)
  float* out = nullptr;
  std::size_t out_stride = 0;    // floats from row to row
  const float* start = nullptr;  // (16 * vectors); null: zeros
};

/// out (6 * groups, 16 * vectors) += a^T * b, the sum running over the rows of both.
struct Sum {
  int groups = 0, words = 0, vectors = 0;
  const Word* a = nullptr;         // (groups, words, 6)
  std::size_t a_group_stride = 0;  // words from group to group
  const Word* b = nullptr;         // panels of (words, columns)
  std::size_t b_panel_stride = 0;  // words from panel to panel
  float* out = nullptr;            // (6 * groups, 16 * vectors), contiguous
};

/// out (rows, 16 * vectors) += x W, x being mostly zeros: the values of x that are none are listed.
/// All of it is f32, in every precision.
struct SparseProduct {
  int rows = 0, vectors = 0;
  const float* x = nullptr;  // (rows, x_stride)
  std::size_t x_stride = 0;
  const std::uint16_t* listed = nullptr;  // (rows, listed_stride): ascending
  const int* count = nullptr;             // (rows): how many of them
  std::size_t listed_stride = 0;
  const float* weight = nullptr;  // (values, 16 * vectors)
  float* out = nullptr;           // (rows, 16 * vectors), contiguous
};

/// out (values, 16 * vectors) += x^T b, for the same x turned around: for each value the rows where
/// it is not zero.
struct SparseSum {
  int values = 0, vectors = 0;
  const int* first = nullptr;          // (values + 1): where a value's rows begin
  const std::uint16_t* row = nullptr;  // ascending for each value
  const float* x = nullptr;
  const Word* b = nullptr;         // as a Sum's
  std::size_t b_panel_stride = 0;  // words from panel to panel
  float* out = nullptr;
};

/// Dropout of one block of units. No masks where keys is null.
struct Masks {
  const DropoutRow* keys = nullptr;  // (rows)
  std::uint32_t threshold = 0;
  float scale = 1;     // 1 / keep_prob
  int first_unit = 0;  // of the block
};

/// The cell of one block of units over several rows, from the pre-activations on.
struct CellForward {
  int rows = 0, width = 0, units = 0;  // units: those of the block that exist, 1..width
  const float* z = nullptr;            // (rows, 4 * width), contiguous
  const float* c_before = nullptr;     // (rows, units)
  float* c_after = nullptr;            // (rows, units)
  std::size_t c_stride = 0;            // floats
  void* gates = nullptr;               // (rows, 4 * width) values, after the nonlinearity
  std::size_t gates_stride = 0;        // bytes
  void* h = nullptr;                   // (rows, units) values
  std::size_t h_stride = 0;            // bytes
  char* y = nullptr;                   // (rows, units) values, h after dropout, at y + y_row[r]
  const std::size_t* y_row = nullptr;  // (rows), bytes
  Masks masks;
  std::uint16_t* kept = nullptr;  // (rows): the mask's bits, for the backward pass
  std::size_t kept_stride = 0;
};

/// Its backward pass, one position.
struct CellBackward {
  int rows = 0, width = 0, units = 0;
  const void* gates = nullptr;          // (rows, 4 * width) values
  std::size_t gates_stride = 0;         // bytes
  const float* c_before = nullptr;      // (rows, units)
  const float* c_after = nullptr;       // (rows, units)
  std::size_t c_stride = 0;             // floats
  const float* dy = nullptr;            // (rows, units), at dy + dy_row[r]
  const std::size_t* dy_row = nullptr;  // (rows), floats
  const float* dh = nullptr;            // (rows, units), by way of the next position
  float* dc = nullptr;                  // (rows, units), replaced
  std::size_t d_stride = 0;             // floats, of dh and dc
  const std::uint16_t* kept = nullptr;  // null: no dropout
  std::size_t kept_stride = 0;
  float scale = 1;
  void* dz = nullptr;               // (rows, 4 * width) values: gradient by the pre-activations
  std::size_t dz_stride = 0;        // bytes
  Word* dz_columns = nullptr;       // the same as a right operand: panels of (rows' words, columns)
  std::size_t dz_panel_stride = 0;  // words from panel to panel
  float* bias_gradient = nullptr;   // (4 * width), added to
};

/// The linear layer on top: C channels of H units each.
struct Head {
  int rows = 0, units = 0, channels = 0;
  const char* y = nullptr;        // (rows, units) values
  std::size_t y_stride = 0;       // bytes
  const float* weight = nullptr;  // (C, weight_stride)
  std::size_t weight_stride = 0;
};

struct Kernels {
  const char* name = "";
  int pack = 1;                           // values per word
  int panel = 64;                         // columns
  int bytes() const { return 4 / pack; }  // per value

  void (*multiply)(const Product&);
  void (*add_sum)(const Sum&);
  void (*add_sparse)(const SparseProduct&);
  void (*add_sparse_sum)(const SparseSum&);
  void (*cell_forward)(const CellForward&);
  void (*cell_backward)(const CellBackward&);
  /// Rows of operands (rows, values; stride in words) as the left operand of a Sum:
  /// out (ceil(values / 6), group_stride words); an odd row is paired with zeros.
  void (*pack_rows)(int rows, int values, const Word* a, std::size_t a_stride, Word* out,
                    std::size_t group_stride);
  /// Floats to operand values, rounded.
  void (*store)(const float* from, int count, void* to);
  /// logits (rows, C) = bias + y weight^T
  void (*head_forward)(const Head&, const float* bias, float* logits);
  /// weight_gradient (C, weight_stride) += dlogits^T y, dlogits (rows, C)
  void (*head_gradient)(const Head&, const float* dlogits, float* weight_gradient);
  /// dy (rows, dy_stride) = dlogits weight
  void (*head_backward)(const Head&, const float* dlogits, float* dy, std::size_t dy_stride);
};

/// Plain C++, for every machine, and the oracle of the fast ones. bf16 is emulated: operands are
/// floats rounded to bf16.
const Kernels& plain_kernels(Precision precision);

/// Those of an instruction set; `automatic`: the best that runs here. bf16 is emulated where the
/// set has no product for it. Throws Error (usage) where it does not run here.
const Kernels& kernels_for(Precision precision, InstructionSet set);

}  // namespace toccata::network::train
