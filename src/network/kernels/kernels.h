#pragma once
// The inner loops of training and composing: one table of operations for each instruction set and
// number format, over one layout.
//
// Operands are 32-bit words: one float, a pair of bfloat16 or four bytes that are neighbours along
// the summed index. Units are worked on in blocks of 16 (the last block may be 4, 8 or 12 wide:
// `width`). A block's gates stand side by side, i f g o, `width` columns each; columns beyond the
// layer's units have zero weights. A right operand lies in panels of at most Layout::panel columns,
// one after the other, each with its columns word after word: what a register tile reads is one
// stretch of memory. Left operands lie by rows.
//
// Every value of a product is summed in one order, however many rows are asked for at once. Hence
// the same bits for any batch and any number of threads within one table.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "network/kernels/precision.h"
#include "network/model/dropout.h"

namespace toccata::network {

using Word = std::uint32_t;
inline constexpr int kLanes = 16;                 // units per block
inline constexpr int kBlockColumns = 4 * kLanes;  // columns per block
inline constexpr int kGroup = 6;  // rows that a packed left operand holds side by side

/// In int8 an h, which lies within ±1, is held as round(127 h) + zero; a weight is round(w /
/// scale), with one scale per column so that the largest becomes 127. Most processors want one of
/// two factors as a byte without sign: there zero is 128. Where a processor multiplies no bytes,
/// the same whole numbers are held in 16 bits. Their sums are the same everywhere.
inline constexpr float kSteps = 127;

/// How values are held.
struct Layout {
  Precision element = Precision::f32;  // never automatic
  int bytes = 4;                       // per value; bf16 in 4: a float that was rounded to bf16
  int panel = kBlockColumns;           // columns
  int zero = 0;                        // every byte of a 0
  constexpr int pack() const { return 4 / bytes; }  // values per word
  constexpr int words(int values) const { return (values + pack() - 1) / pack(); }
};

/// Columns of a layer's gates, whole vectors of 4 units.
constexpr int gate_columns(int units) {
  return 4 * ((units + 3) / 4 * 4);
}
/// Units of the block that begins at unit `first`, with those beyond the layer's.
constexpr int block_width(int units, int first) {
  const int left = gate_columns(units) / 4 - first;
  return left < kLanes ? left : kLanes;
}
/// Where a gate (0 … 3) of a unit stands among the columns.
constexpr int gate_column(int units, int gate, int unit) {
  const int first = unit / kLanes * kLanes;
  return 4 * first + gate * block_width(units, first) + unit - first;
}
/// What stands in a column; unit may be beyond the layer's.
struct GateUnit {
  int gate, unit;
};
constexpr GateUnit gate_unit(int units, int column) {
  const int first = column / kBlockColumns * kLanes, width = block_width(units, first);
  return {(column - 4 * first) / width, first + (column - 4 * first) % width};
}

/// A left operand and the right one that it is multiplied by; b null: nothing.
struct Term {
  const Word* a = nullptr;   // (rows, words)
  std::size_t a_stride = 0;  // words from row to row
  int words = 0;
  const Word* b = nullptr;  // panels of (words, columns)
  // Of int8 alone. A column's product is (offset + the sum of its whole numbers) * scale.
  const float* scales = nullptr;          // (columns)
  const std::int32_t* offsets = nullptr;  // (columns): what Layout::zero adds, taken away again

  /// The same from a row and a column on, a panel's first.
  Term from(int row, int column) const {
    if (b == nullptr) return {};
    Term term = *this;
    term.a += static_cast<std::size_t>(row) * a_stride;
    term.b += static_cast<std::size_t>(column) * static_cast<std::size_t>(words);
    if (scales != nullptr) term.scales += column, term.offsets += column;
    return term;
  }
};

/// out = ((before + h's term) + x's term) + start, (rows, columns) each. What was begun as `before`
/// ends in the same bits as if it had been summed at once.
struct Product {
  int rows = 0, columns = 0;  // columns: a multiple of 16, from a panel's first on
  Term h{}, x{};
  const float* before = nullptr;  // null: zeros
  std::size_t before_stride = 0;  // floats from row to row; 0: one row for all
  const float* start = nullptr;   // likewise
  std::size_t start_stride = 0;
  float* out = nullptr;  // may be `before`
  std::size_t out_stride = 0;
};

/// out (6 * groups, columns) += a^T * b, the sum running over the rows of both.
struct Sum {
  int groups = 0, words = 0, columns = 0;  // columns: those of a block
  const Word* a = nullptr;                 // (groups, words, 6)
  std::size_t a_group_stride = 0;          // words from group to group
  const Word* b = nullptr;                 // panels of (words, columns)
  std::size_t b_panel_stride = 0;          // words from panel to panel
  float* out = nullptr;                    // contiguous
};

/// out (rows, columns) += x W, x being mostly zeros: the values of x that are none are listed. All
/// of it is f32, in every precision.
struct SparseProduct {
  int rows = 0, columns = 0;
  const float* x = nullptr;  // (rows, x_stride)
  std::size_t x_stride = 0;
  const std::uint16_t* listed = nullptr;  // (rows, listed_stride): ascending
  const int* count = nullptr;             // (rows): how many of them
  std::size_t listed_stride = 0;
  const float* weight = nullptr;  // (values, columns)
  std::size_t weight_stride = 0;
  float* out = nullptr;  // contiguous
};

/// out (values, columns) += x^T b, for the same x turned around: for each value the rows where it
/// is not zero.
struct SparseSum {
  int values = 0, columns = 0;
  const int* first = nullptr;          // (values + 1): where a value's rows begin
  const std::uint16_t* row = nullptr;  // ascending for each value
  const float* x = nullptr;
  const Word* b = nullptr;         // as a Sum's
  std::size_t b_panel_stride = 0;  // words from panel to panel
  float* out = nullptr;
  std::size_t out_stride = 0;
};

/// Dropout of some blocks of units. No masks where keys is null.
struct Masks {
  const DropoutRow* keys = nullptr;  // (rows)
  std::uint32_t threshold = 0;
  float scale = 1;     // 1 / keep_prob
  int first_unit = 0;  // of the blocks
};

/// The gates' nonlinearities and the cell of some blocks of units over several rows. Hochreiter &
/// Schmidhuber 1997, with forget gates (Gers et al. 2000): c = f c + i g, h = o tanh(c).
struct CellForward {
  int rows = 0, width = 0, units = 0;  // of all blocks; units: those that exist, 1 … width
  const float* z = nullptr;            // (rows, 4 * width), contiguous: the pre-activations
  const float* c_before = nullptr;     // (rows, units)
  float* c_after = nullptr;            // (rows, units); may be c_before
  std::size_t c_stride = 0;            // floats
  void* gates = nullptr;  // (rows, 4 * width) values, after the nonlinearity; null: not kept, and
                          // the cell comes from another formula, to within 3e-7 the same
  std::size_t gates_stride = 0;        // bytes; of f32 whole lines of 64, from such a line on
  void* h = nullptr;                   // (rows, units) values
  std::size_t h_stride = 0;            // bytes
  char* y = nullptr;                   // (rows, units) values, h after dropout, at y + y_row[r]; or
  const std::size_t* y_row = nullptr;  // null.  (rows), bytes
  Masks masks;
  std::uint16_t* kept = nullptr;  // (rows, blocks): masks' bits, for the backward pass; or null
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
  const void* y = nullptr;        // (rows, units) values
  std::size_t y_stride = 0;       // bytes
  const float* weight = nullptr;  // (C, weight_stride)
  std::size_t weight_stride = 0;
};

struct Kernels {
  const char* name = "";  // "avx512-f32", for receipts
  Layout layout;

  void (*product)(const Product&) = nullptr;
  void (*cell_forward)(const CellForward&) = nullptr;
  /// logits (rows, C; logits_stride floats apart) = bias + y weight^T
  void (*head_forward)(const Head&, const float* bias, float* logits,
                       std::size_t logits_stride) = nullptr;
  /// Floats to values.
  void (*store)(const float* from, int count, void* to) = nullptr;
  /// out (columns) = Σ scale[k] * term[k] (columns), in the order given
  void (*sum)(const float* const* terms, const float* scales, int count, int columns,
              float* out) = nullptr;

  // Training alone; null in int8.
  void (*add_sum)(const Sum&) = nullptr;
  void (*add_sparse)(const SparseProduct&) = nullptr;
  void (*add_sparse_sum)(const SparseSum&) = nullptr;
  void (*cell_backward)(const CellBackward&) = nullptr;
  /// Rows of operands (rows, values; stride in words) as the left operand of a Sum:
  /// out (ceil(values / 6), group_stride words); an odd row is paired with zeros.
  void (*pack_rows)(int rows, int values, const Word* a, std::size_t a_stride, Word* out,
                    std::size_t group_stride) = nullptr;
  /// weight_gradient (C, weight_stride) += dlogits^T y, dlogits (rows, C)
  void (*head_gradient)(const Head&, const float* dlogits, float* weight_gradient) = nullptr;
  /// dy (rows, dy_stride) = dlogits weight
  void (*head_backward)(const Head&, const float* dlogits, float* dy,
                        std::size_t dy_stride) = nullptr;
};

/// All tables of an instruction set that run on this processor, the best of each precision first;
/// none where the set does not run or the program was built without it.
///   plain: plain C++, for every machine, and the oracle of the others
std::vector<const Kernels*> kernels_of(InstructionSet set);

/// The table that training uses. bf16 is emulated where the set has no product for it. Throws Error
/// (usage) where the set does not run here, and for int8.
const Kernels& training_kernels(Precision precision, InstructionSet set);
/// The table that composing uses. Throws Error (usage) where this processor has none of the kind.
const Kernels& composing_kernels(Precision precision, InstructionSet set);

}  // namespace toccata::network
