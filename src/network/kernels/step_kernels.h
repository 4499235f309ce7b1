#pragma once
// The inner loops of the stepper, as a table of functions for one instruction set and precision.
// Every row of a result is summed in one order, along h, then along x, its start value last: a row
// comes out the same, bit for bit, however many rows are asked for at once, and whether h and x are
// summed at once or h before x is known.
//
// Units stand in blocks of `block` (a vector's lanes); the last block is as narrow as whole vectors
// of 4 gates allow. A block's gates stand side by side, i f g o, `width` values each: 4 * width
// columns. Columns beyond the layer's units have zero weights, so that their c and h stay 0.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "network/kernels/buffer.h"
#include "network/kernels/precision.h"

namespace toccata::network::stepping {

/// Bytes of an element: of a weight, or of an h of a layer.
inline constexpr std::size_t element_size(Precision element) {
  return element == Precision::int8 ? 1 : element == Precision::bf16 ? 2 : 4;
}

/// In int8 an h, which lies within ±1, is held as round(127 h) + 128, in a byte without sign as the
/// processors' products want one of their operands; the other, a weight, is round(w / scale), with
/// one scale a column so that the largest becomes 127. Where a processor multiplies no bytes, the
/// same whole numbers are held in 16 bits, h without the 128 (Layout::wide).
inline constexpr float kSteps = 127;
inline constexpr int kZero = 128;  // what stands for 0

/// What a kernel's weights must look like.
struct Layout {
  Precision element = Precision::f32;  // never automatic
  int block = 1;                       // units a block: 1, 4, 8 or 16
  bool wide = false;                   // int8 held in 16 bits
  std::size_t bytes() const { return wide ? 2 : element_size(element); }  // of an element
  int pair() const { return 4 / static_cast<int>(bytes()); }              // multiplied together
  /// What an h of 0 is held as, in every one of its bytes.
  int silence() const { return element == Precision::int8 && !wide ? kZero : 0; }
  int granule() const { return block < 4 ? 1 : block / 4; }  // a block's width is a multiple

  int columns(int units) const { return 4 * ((units + granule() - 1) / granule() * granule()); }
  int width(int units, int first_unit) const {
    const int left = columns(units) / 4 - first_unit;
    return left < block ? left : block;
  }
  /// Where a gate (0 … 3) of a unit stands among the columns.
  int column(int units, int gate, int unit) const {
    const int first = unit / block * block;
    return 4 * first + gate * width(units, first) + unit - first;
  }
  int padded(int inputs) const { return (inputs + pair() - 1) / pair() * pair(); }
};

/// Weights in the order in which a kernel reads them: block after block of units, in it pair after
/// pair of inputs, in it the block's columns, in it the pair.
struct Packed {
  int units = 0;    // H
  int columns = 0;  // 4H, padded
  int inputs = 0;   // padded to whole pairs
  Buffer<std::byte> data;
  // Of int8 alone. A column's product is (offset + the sum of its whole numbers) * scale.
  Buffer<float> scales;          // (columns): a weight's over an element's steps
  Buffer<std::int32_t> offsets;  // (columns): what kZero adds to every h, taken away again
};

/// A matrix of elements, row by row. (A "pair" is as many elements as four bytes hold.)
struct Rows {
  const void* data = nullptr;  // (rows, size)
  std::ptrdiff_t stride = 0;   // elements
  int size = 0;                // whole pairs
};

/// Rows and the weights that they are multiplied by; no weights: nothing.
struct Operand {
  const Packed* weights = nullptr;
  Rows rows;
};

/// columns = ((before + h W_h) + x W_x) + start, for each row.
struct Product {
  int columns = 0;  // of the weights
  int rows = 0;
  Operand h{}, x{};
  const float* before = nullptr;     // (rows, columns): what an earlier product gave; null: zeros
  std::ptrdiff_t before_stride = 0;  // floats
  const float* start = nullptr;      // (rows, columns); null: zeros
  std::ptrdiff_t start_stride = 0;   // floats; 0: one row for all
};

/// The gates' nonlinearities and the cell, on the columns of a Product. Hochreiter & Schmidhuber
/// 1997, with forget gates (Gers et al. 2000): c = f c + i g, h = o tanh(c).
struct Cell {
  float* c = nullptr;  // (rows, H), updated
  std::ptrdiff_t c_stride = 0;
  void* h = nullptr;  // (rows, H) elements, written; not the Product's h
  std::ptrdiff_t h_stride = 0;
};

/// logits = bias + W h
struct Head {
  int rows = 0, channels = 0;
  Rows h;                          // size: a whole number of `block`s, zeros beyond the units
  const float* weights = nullptr;  // (channels, h.size)
  const float* bias = nullptr;     // (channels)
  float* logits = nullptr;
  std::ptrdiff_t stride = 0;  // floats from row to row
};

struct Kernels {
  std::string name;  // "avx512-f32", for receipts
  Layout layout;
  /// out (rows, columns) = the product
  void (*product)(const Product&, float* out, std::ptrdiff_t out_stride) = nullptr;
  void (*lstm)(const Product&, const Cell&) = nullptr;
  /// out (columns) = Σ scale[k] * term[k] (columns), in the order given
  void (*sum)(const float* const* terms, const float* scales, int count, int columns,
              float* out) = nullptr;
  void (*head)(const Head&) = nullptr;
};

/// Plain C++, the oracle of the others, in every precision.
const Kernels& plain_kernels(Precision element);
/// f32 with vectors (Highway), of an instruction set that runs here; null where it has none.
const Kernels* vector_kernels(InstructionSet set);
/// bf16 with the set's own dot product, likewise.
const Kernels* bf16_kernels(InstructionSet set);
/// int8, likewise. Its products equal plain_kernels' bit for bit.
const Kernels* int8_kernels(InstructionSet set);
/// Those of AVX2, with AVX-VNNI or without.
const Kernels& avx2_int8_kernels(bool vnni);

}  // namespace toccata::network::stepping
