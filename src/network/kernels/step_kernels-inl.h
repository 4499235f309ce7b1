// The kernels for vectors, once for all instruction sets. No include guard: a file that has defined
// `Ops` for an instruction set includes this text inside its own namespace and target region, so
// that everything here is compiled for that set alone.
//
// Ops gives: Element, Vector (f32), Weights (a vector of weights as they lie), kLanes, kPair, kRows
// (rows a tile), kAtOnce (vectors of columns that so many rows' sums fit the registers with),
// kPanels (blocks at once for a single row), kWhole (whether products are summed as
// whole numbers: then also Sums, a vector of those), and the operations used below.

#if defined(__clang__)
#define TOCCATA_UNROLL _Pragma("clang loop unroll(full)")
#else
#define TOCCATA_UNROLL _Pragma("GCC unroll 16")
#endif

using Element = Ops::Element;
using Vector = Ops::Vector;
constexpr int kLanes = Ops::kLanes;

inline const Element* row_of(const Rows& rows, std::ptrdiff_t row) {
  return static_cast<const Element*>(rows.data) + row * rows.stride;
}

/// How many of a tile's vectors are summed at once, so that all sums stay in registers.
template <int kR, int kAll>
constexpr int at_once() {
  if (kR == 1 || kAll <= Ops::kAtOnce) return kAll;
  return kAll % Ops::kAtOnce == 0 ? Ops::kAtOnce : 1;
}

/// kR rows times kP neighbouring blocks of kV vectors: z (kR, kP, kV * lanes).
template <int kR, int kP, int kV, typename O>
inline void tile(const Product& p, int row, int first_unit, float* z) {
  constexpr int kAll = kP * kV, kAt = at_once<kR, kAll>();
  for (int from = 0; from < kAll; from += kAt) {
    const int column = 4 * first_unit + from * kLanes;
    Vector sum[kR][kAt];
    TOCCATA_UNROLL for (int r = 0; r < kR; ++r) TOCCATA_UNROLL for (int v = 0; v < kAt; ++v)
        sum[r][v] = O::set(0.0f);
    if (p.before != nullptr)
      TOCCATA_UNROLL for (int r = 0; r < kR; ++r) TOCCATA_UNROLL for (int v = 0; v < kAt; ++v)
          sum[r][v] = O::load(p.before + (row + r) * p.before_stride + column + v * kLanes);
    for (const Operand* part : {&p.h, &p.x}) {
      if (part->weights == nullptr) continue;
      const std::ptrdiff_t inputs = part->weights->inputs, block = kV * kLanes * inputs;
      const auto* w = reinterpret_cast<const Element*>(part->weights->data.data()) +
                      4 * first_unit * inputs + from * kLanes * O::kPair;
      const Element* a[kR];
      TOCCATA_UNROLL for (int r = 0; r < kR; ++r) a[r] = row_of(part->rows, row + r);
      for (int k = 0; k < part->rows.size; k += O::kPair) {
        typename O::Weights weights[kAt];
        TOCCATA_UNROLL for (int v = 0; v < kAt; ++v) weights[v] =
            O::load_weights(w + v / kV * block + v % kV * kLanes * O::kPair);
        TOCCATA_UNROLL for (int r = 0; r < kR; ++r) {
          const typename O::Weights spread = O::spread(a[r] + k);
          TOCCATA_UNROLL for (int v = 0; v < kAt; ++v) sum[r][v] =
              O::multiply_add(weights[v], spread, sum[r][v]);
        }
        w += kV * kLanes * O::kPair;
      }
    }
    if (p.start != nullptr)
      TOCCATA_UNROLL for (int r = 0; r < kR; ++r) TOCCATA_UNROLL for (int v = 0; v < kAt;
                                                                      ++v) sum[r][v] =
          O::add(sum[r][v], O::load(p.start + (row + r) * p.start_stride + column + v * kLanes));
    TOCCATA_UNROLL for (int r = 0; r < kR; ++r) TOCCATA_UNROLL for (int v = 0; v < kAt; ++v)
        O::store(sum[r][v], z + (r * kAll + from + v) * kLanes);
  }
}

/// The same of whole numbers: z is kept in memory between h and x, whose scales differ.
template <int kR, int kP, int kV, typename O>
inline void whole_tile(const Product& p, int row, int first_unit, float* z) {
  constexpr int kAll = kP * kV, kAt = at_once<kR, kAll>();
  for (int from = 0; from < kAll; from += kAt) {
    const int column = 4 * first_unit + from * kLanes;
    const float* before = p.before == nullptr ? nullptr : p.before + row * p.before_stride + column;
    std::ptrdiff_t before_stride = p.before_stride;
    float* own = z + from * kLanes;
    for (const Operand* part : {&p.h, &p.x}) {
      if (part->weights == nullptr) continue;
      const std::ptrdiff_t inputs = part->weights->inputs, block = kV * kLanes * inputs;
      const auto* w = reinterpret_cast<const typename O::Weight*>(part->weights->data.data()) +
                      4 * first_unit * inputs + from * kLanes * O::kPair;
      typename O::Sums sum[kR][kAt];
      TOCCATA_UNROLL for (int v = 0; v < kAt; ++v) {
        const auto offset = O::load_sums(part->weights->offsets.data() + column + v * kLanes);
        TOCCATA_UNROLL for (int r = 0; r < kR; ++r) sum[r][v] = offset;
      }
      const Element* a[kR];
      TOCCATA_UNROLL for (int r = 0; r < kR; ++r) a[r] = row_of(part->rows, row + r);
      for (int k = 0; k < part->rows.size; k += O::kPair) {
        typename O::Weights weights[kAt];
        TOCCATA_UNROLL for (int v = 0; v < kAt; ++v) weights[v] =
            O::load_weights(w + v / kV * block + v % kV * kLanes * O::kPair);
        TOCCATA_UNROLL for (int r = 0; r < kR; ++r) {
          const auto spread = O::spread(a[r] + k);
          TOCCATA_UNROLL for (int v = 0; v < kAt; ++v) sum[r][v] =
              O::multiply_add(weights[v], spread, sum[r][v]);
        }
        w += kV * kLanes * O::kPair;
      }
      TOCCATA_UNROLL for (int v = 0; v < kAt; ++v) {
        const Vector scale = O::load(part->weights->scales.data() + column + v * kLanes);
        TOCCATA_UNROLL for (int r = 0; r < kR; ++r)
            O::store(O::fma(O::to_vector(sum[r][v]), scale,
                            before == nullptr ? O::set(0.0f)
                                              : O::load(before + r * before_stride + v * kLanes)),
                     own + (r * kAll + v) * kLanes);
      }
      before = own;
      before_stride = kAll * kLanes;
    }
    for (int r = 0; r < kR; ++r)
      for (int v = 0; v < kAt; ++v) {
        Vector sum =
            before == nullptr ? O::set(0.0f) : O::load(before + r * before_stride + v * kLanes);
        if (p.start != nullptr)
          sum = O::add(sum, O::load(p.start + (row + r) * p.start_stride + column + v * kLanes));
        O::store(sum, own + (r * kAll + v) * kLanes);
      }
  }
}

/// 2^x for x within ±40, clamped beyond: relative error 2e-7, and exactly 1 at 0. The polynomial is
/// 1 + f q(f) on [-1/2, 1/2], with q interpolated at Chebyshev's nodes.
inline Vector exp2(Vector x) {
  x = Ops::min(Ops::max(x, Ops::set(-40.0f)), Ops::set(40.0f));
  const Vector whole = Ops::round(x);
  const Vector f = Ops::subtract(x, whole);
  Vector y = Ops::set(0.00133813025f);
  y = Ops::fma(y, f, Ops::set(0.00966636852f));
  y = Ops::fma(y, f, Ops::set(0.0555038101f));
  y = Ops::fma(y, f, Ops::set(0.24022349f));
  y = Ops::fma(y, f, Ops::set(0.693147181f));
  y = Ops::fma(y, f, Ops::set(1.0f));
  return Ops::scale(y, whole);
}

/// With e = exp(-z): sigmoid(z) = 1 / (1 + e) and tanh(z/2) = (1 - e) / (1 + e). The cell is put
/// over one denominator, since dividing costs most: errors stay near 1e-7. Clamped at 2^40, the
/// product of three denominators stays finite.
inline void cell_of(const float* z, int width, float* c, Element* h) {
  constexpr float kMinusLog2E = -1.44269504089f;
  const Vector one = Ops::set(1.0f);
  const Vector minus = Ops::set(kMinusLog2E), minus_two = Ops::set(2 * kMinusLog2E);
  const Vector i = Ops::add(one, exp2(Ops::multiply(minus, Ops::load(z))));
  const Vector f = Ops::add(one, exp2(Ops::multiply(minus, Ops::load(z + width))));
  const Vector g = exp2(Ops::multiply(minus_two, Ops::load(z + 2 * width)));
  const Vector o = Ops::add(one, exp2(Ops::multiply(minus, Ops::load(z + 3 * width))));
  const Vector ig = Ops::multiply(i, Ops::add(one, g));
  const Vector top = Ops::fma(Ops::load(c), ig, Ops::multiply(Ops::subtract(one, g), f));
  const Vector cell = Ops::divide(top, Ops::multiply(ig, f));
  const Vector e = exp2(Ops::multiply(minus_two, cell));
  Ops::store(cell, c);
  Ops::store_element(Ops::divide(Ops::subtract(one, e), Ops::multiply(o, Ops::add(one, e))), h);
}

/// What becomes of a tile of pre-activations: the cell, or nothing but being kept.
struct ToCell {
  const Cell& cell;
  float* c_of(int row, int unit) const { return cell.c + row * cell.c_stride + unit; }
  Element* h_of(int row, int unit) const {
    return static_cast<Element*>(cell.h) + row * cell.h_stride + unit;
  }

  template <int kR, int kP, int kV>
  void take(const float* z, int row, int first_unit) const {
    if constexpr (kV == 4) {
      for (int r = 0; r < kR; ++r)
        for (int p = 0; p < kP; ++p) {
          const int unit = first_unit + p * kLanes;
          cell_of(z + (r * kP + p) * kV * kLanes, kLanes, c_of(row + r, unit), h_of(row + r, unit));
        }
    } else {
      // A narrow block: the gates of a few rows fill the vectors of one cell, zeros beyond.
      static_assert(kP == 1);
      constexpr int kWidth = kV * kLanes / 4, kTogether = 4 / kV;
      for (int first = 0; first < kR; first += kTogether) {
        const int count = kR - first < kTogether ? kR - first : kTogether;
        alignas(64) float gates[4 * kLanes] = {}, c[kLanes] = {};
        alignas(64) Element h[kLanes];
        for (int r = 0; r < count; ++r) {
          for (int gate = 0; gate < 4; ++gate)
            __builtin_memcpy(gates + gate * kLanes + r * kWidth,
                             z + ((first + r) * 4 + gate) * kWidth, sizeof(float) * kWidth);
          __builtin_memcpy(c + r * kWidth, c_of(row + first + r, first_unit),
                           sizeof(float) * kWidth);
        }
        cell_of(gates, kLanes, c, h);
        for (int r = 0; r < count; ++r) {
          __builtin_memcpy(c_of(row + first + r, first_unit), c + r * kWidth,
                           sizeof(float) * kWidth);
          __builtin_memcpy(h_of(row + first + r, first_unit), h + r * kWidth,
                           sizeof(Element) * kWidth);
        }
      }
    }
  }
};

struct ToRows {
  float* out;
  std::ptrdiff_t stride;
  template <int kR, int kP, int kV>
  void take(const float* z, int row, int first_unit) const {
    constexpr int kVectors = kP * kV;
    for (int r = 0; r < kR; ++r)
      for (int v = 0; v < kVectors; ++v)
        Ops::store(Ops::load(z + (r * kVectors + v) * kLanes),
                   out + (row + r) * stride + 4 * first_unit + v * kLanes);
  }
};

template <int kR, int kP, int kV, typename To>
inline void work_tile(const Product& p, int row, int first_unit, const To& to) {
  alignas(64) float z[kR * kP * kV * kLanes];
  if constexpr (Ops::kWhole)
    whole_tile<kR, kP, kV, Ops>(p, row, first_unit, z);
  else
    tile<kR, kP, kV, Ops>(p, row, first_unit, z);
  to.template take<kR, kP, kV>(z, row, first_unit);
}

/// The rows that fill no whole tile.
template <int kR, int kV, typename To>
inline void last_rows(const Product& p, int row, int first_unit, const To& to) {
  if (p.rows - row == kR)
    work_tile<kR, 1, kV>(p, row, first_unit, to);
  else if constexpr (kR > 1)
    last_rows<kR - 1, kV>(p, row, first_unit, to);
}

template <int kV, typename To>
inline void one_block(const Product& p, int first_unit, const To& to) {
  int row = 0;
  for (; row + Ops::kRows <= p.rows; row += Ops::kRows)
    work_tile<Ops::kRows, 1, kV>(p, row, first_unit, to);
  if constexpr (Ops::kRows > 1) last_rows<Ops::kRows - 1, kV>(p, row, first_unit, to);
}

template <typename To>
inline void all_blocks(const Product& p, const To& to) {
  const int units = p.columns / 4;
  int unit = 0;
  if (p.rows == 1)  // several blocks at once: one row's sums alone would wait for each other
    for (; unit + Ops::kPanels * kLanes <= units; unit += Ops::kPanels * kLanes)
      work_tile<1, Ops::kPanels, 4>(p, 0, unit, to);
  for (; unit + kLanes <= units; unit += kLanes) one_block<4>(p, unit, to);
  const int vectors = 4 * (units - unit) / kLanes;
  if (vectors == 1) one_block<1>(p, unit, to);
  if (vectors == 2) one_block<2>(p, unit, to);
  if (vectors == 3) one_block<3>(p, unit, to);
}

void product(const Product& p, float* out, std::ptrdiff_t out_stride) {
  all_blocks(p, ToRows{out, out_stride});
}

void lstm(const Product& p, const Cell& cell) {
  all_blocks(p, ToCell{cell});
}

template <int kV>
inline void sum_columns(const float* const* terms, const float* scales, int count, int column,
                        float* out) {
  Vector total[kV];
  TOCCATA_UNROLL for (int v = 0; v < kV; ++v) total[v] = Ops::set(0.0f);
  for (int k = 0; k < count; ++k) {
    const Vector scale = Ops::set(scales[k]);
    TOCCATA_UNROLL for (int v = 0; v < kV; ++v) total[v] =
        Ops::fma(scale, Ops::load(terms[k] + column + v * kLanes), total[v]);
  }
  TOCCATA_UNROLL for (int v = 0; v < kV; ++v) Ops::store(total[v], out + column + v * kLanes);
}

void sum(const float* const* terms, const float* scales, int count, int columns, float* out) {
  int column = 0;
  for (; column + 8 * kLanes <= columns; column += 8 * kLanes)
    sum_columns<8>(terms, scales, count, column, out);
  for (; column < columns; column += kLanes) sum_columns<1>(terms, scales, count, column, out);
}

void head(const Head& task) {
  for (int row = 0; row < task.rows; ++row) {
    const Element* h = row_of(task.h, row);
    for (int channel = 0; channel < task.channels; ++channel) {
      const float* w = task.weights + static_cast<std::ptrdiff_t>(channel) * task.h.size;
      Vector total = Ops::set(0.0f);
      for (int k = 0; k < task.h.size; k += kLanes)
        total = Ops::fma(Ops::load(w + k), Ops::load_element(h + k), total);
      task.logits[row * task.stride + channel] = task.bias[channel] + Ops::reduce(total);
    }
  }
}

#undef TOCCATA_UNROLL
