// The products and sums of vectors.cc, once per instruction set: register tiles of rows by columns.
// No include guard.

#if defined(__clang__)
#define TOCCATA_UNROLL _Pragma("clang loop unroll(full)")
#else
#define TOCCATA_UNROLL _Pragma("GCC unroll 16")
#endif

// Register tiles: 32 registers of AVX-512 hold 6 rows of 64 columns, and NEON's 6 of 16; the
// others' 16 hold 6 (AVX2) or 3 (SSE4) of 16. Of a single row as many columns are summed at once as
// keep the sums from waiting for each other.
constexpr int kPanel = F32::kLayout.panel;
constexpr int kPanelVectors = kPanel / kWidth;
constexpr int kTileRows = HWY_TARGET == HWY_SSE4 ? 3 : 6;
constexpr int kOneRowPanels = (kWidth == 16 || HWY_TARGET == HWY_NEON ? 12 : 8) / kPanelVectors;

/// Left operand by rows: a[m * stride + k].
struct ByRows {
  const Word* a;
  std::size_t stride;
  const Word* operator()(int m, int k) const {
    return a + static_cast<std::size_t>(m) * stride + k;
  }
};
/// Left operand packed in groups of six: a[(m / 6) * stride + k * 6 + m % 6].
struct ByGroups {
  const Word* a;
  std::size_t stride;
  const Word* operator()(int m, int k) const {
    return a + static_cast<std::size_t>(m / kGroup) * stride + k * kGroup + m % kGroup;
  }
};

template <class O, int MR, int NV>
using Tile = typename O::Sums[MR][NV];

/// sum += left * b; b holds kPer vectors per word and panel.
template <class O, int MR, int NV, int kPer, class Left>
HWY_INLINE void add_words(Tile<O, MR, NV>& sum, const Left& left, int words, const Word* b) {
  const std::size_t panel = static_cast<std::size_t>(words) * kPer * kWidth;
  for (int k = 0; k < words; ++k, b += kPer * kWidth) {
    typename O::Right column[NV];
    TOCCATA_UNROLL for (int v = 0; v < NV; ++v) column[v] =
        O::load(b + v / kPer * panel + v % kPer * kWidth);
    TOCCATA_UNROLL for (int m = 0; m < MR; ++m) {
      const typename O::Right a = O::spread(left(m, k));
      TOCCATA_UNROLL for (int v = 0; v < NV; ++v) sum[m][v] =
          O::multiply_add(sum[m][v], a, column[v]);
    }
  }
}

/// Where a tile's vectors stand in a matrix of floats.
template <typename Float>
struct At {
  Float* base;
  std::size_t stride;
  At(Float* matrix, std::size_t stride_, int row, int column)
      : base(matrix == nullptr ? nullptr
                               : matrix + static_cast<std::size_t>(row) * stride_ + column),
        stride(stride_) {}
  Float* operator()(int m, int v) const {
    return base + static_cast<std::size_t>(m) * stride + v * kWidth;
  }
  explicit operator bool() const { return base != nullptr; }
};

/// MR rows by NV vectors of a product's out, in f32 sums. first: of the product's columns.
template <class O, int MR, int NV, int kPer>
HWY_INLINE void product_tile(const Product& p, int row, int first) {
  const Floats d;
  const At before(p.before, p.before_stride, row, first);
  const At start(p.start, p.start_stride, row, first);
  const At out(p.out, p.out_stride, row, first);
  Tile<O, MR, NV> sum;
  TOCCATA_UNROLL for (int m = 0; m < MR; ++m) TOCCATA_UNROLL for (int v = 0; v < NV; ++v)
      sum[m][v] = before ? hn::LoadU(d, before(m, v)) : hn::Zero(d);
  for (const Term* term : {&p.h, &p.x})
    if (term->b != nullptr)
      add_words<O, MR, NV, kPer>(
          sum, ByRows{term->a + row * term->a_stride, term->a_stride}, term->words,
          term->b + static_cast<std::size_t>(first) * static_cast<std::size_t>(term->words));
  if (start)
    TOCCATA_UNROLL for (int m = 0; m < MR; ++m) TOCCATA_UNROLL for (int v = 0; v < NV; ++v)
        sum[m][v] = hn::Add(sum[m][v], hn::LoadU(d, start(m, v)));
  TOCCATA_UNROLL for (int m = 0; m < MR; ++m) TOCCATA_UNROLL for (int v = 0; v < NV; ++v)
      hn::StoreU(sum[m][v], d, out(m, v));
}

/// The same in whole numbers: out is kept in memory between h's and x's, whose scales differ.
template <class O, int MR, int NV, int kPer>
HWY_INLINE void whole_product_tile(const Product& p, int row, int first) {
  const Floats d;
  const At start(p.start, p.start_stride, row, first);
  const At out(p.out, p.out_stride, row, first);
  At before(p.before, p.before_stride, row, first);
  const bool ends_with_x = p.x.b != nullptr;
  if (p.h.b == nullptr && !ends_with_x) return product_tile<F32, MR, NV, kPer>(p, row, first);
  for (const Term* term : {&p.h, &p.x}) {
    if (term->b == nullptr) continue;
    Tile<O, MR, NV> sum;
    TOCCATA_UNROLL for (int v = 0; v < NV; ++v) {
      const auto offset = hn::LoadU(Integers(), term->offsets + first + v * kWidth);
      TOCCATA_UNROLL for (int m = 0; m < MR; ++m) sum[m][v] = offset;
    }
    add_words<O, MR, NV, kPer>(
        sum, ByRows{term->a + row * term->a_stride, term->a_stride}, term->words,
        term->b + static_cast<std::size_t>(first) * static_cast<std::size_t>(term->words));
    const bool last = ends_with_x == (term == &p.x);
    const float* scales = term->scales + first;
    TOCCATA_UNROLL for (int v = 0; v < NV; ++v) {
      const Vector scale = hn::LoadU(d, scales + v * kWidth);
      TOCCATA_UNROLL for (int m = 0; m < MR; ++m) {
        Vector z = hn::MulAdd(hn::ConvertTo(d, sum[m][v]), scale,
                              before ? hn::LoadU(d, before(m, v)) : hn::Zero(d));
        if (last && start) z = hn::Add(z, hn::LoadU(d, start(m, v)));
        hn::StoreU(z, d, out(m, v));
      }
    }
    before = At(const_cast<const float*>(p.out), p.out_stride, row, first);
  }
}

template <class O, int MR, int NV, int kPer = NV>
inline void rows_tile(int rows, const Product& p, int row, int first) {
  if constexpr (MR > 0) {
    if (rows < MR) return rows_tile<O, MR - 1, NV, kPer>(rows, p, row, first);
    if constexpr (O::kLayout.element == Precision::int8)
      whole_product_tile<O, MR, NV, kPer>(p, row, first);
    else
      product_tile<O, MR, NV, kPer>(p, row, first);
  }
}

template <class O, int MR, int NV>
inline void product_panel(const Product& p, int first) {
  if (p.rows == 1) return rows_tile<O, 1, NV>(1, p, 0, first);
  // Rows shared out evenly: 14 are two tiles of 7, not one of 12 and one of 2.
  const int tiles = (p.rows + MR - 1) / MR;
  int row = 0;
  for (int k = 0; k < tiles; ++k) {
    const int end = static_cast<int>(static_cast<long>(p.rows) * (k + 1) / tiles);
    rows_tile<O, MR, NV>(end - row, p, row, first);
    row = end;
  }
}

template <class O>
void product(const Product& p) {
  int first = 0;
  if (p.rows == 1)
    for (; first + kOneRowPanels * kPanel <= p.columns; first += kOneRowPanels * kPanel)
      rows_tile<O, 1, kOneRowPanels * kPanelVectors, kPanelVectors>(1, p, 0, first);
  for (; first + kPanel <= p.columns; first += kPanel)
    product_panel<O, kTileRows, kPanelVectors>(p, first);
  if constexpr (kPanelVectors == 4 && kWidth == 16) {  // the last panel of AVX-512
    const int left = (p.columns - first) / kWidth;
    if (left == 3) product_panel<O, 8, 3>(p, first);
    if (left == 2) product_panel<O, 12, 2>(p, first);
    if (left == 1) product_panel<O, 12, 1>(p, first);
  }
}

/// MR rows of out at once, of panels NV vectors wide.
template <class O, int MR, int NV>
void sum_panel(Sum s, const Word* b, float* out) {
  const Floats d;
  const int rows = s.groups * kGroup;
  int row = 0;
  const auto work = [&]<int kRows>(std::integral_constant<int, kRows>) HWY_ATTR {
    for (; row + kRows <= rows; row += kRows) {
      Tile<O, kRows, NV> sum;
      TOCCATA_UNROLL for (int m = 0; m < kRows; ++m) TOCCATA_UNROLL for (int v = 0; v < NV; ++v)
          sum[m][v] = hn::Zero(d);
      add_words<O, kRows, NV, NV>(
          sum, ByGroups{s.a + row / kGroup * s.a_group_stride + row % kGroup, s.a_group_stride},
          s.words, b);
      TOCCATA_UNROLL for (int m = 0; m < kRows; ++m) TOCCATA_UNROLL for (int v = 0; v < NV; ++v) {
        float* to = out + static_cast<std::size_t>(row + m) * s.columns + v * kWidth;
        hn::StoreU(hn::Add(hn::LoadU(d, to), sum[m][v]), d, to);
      }
    }
  };
  work(std::integral_constant<int, MR>());
  if constexpr (MR > kGroup) work(std::integral_constant<int, kGroup>());
}

template <class O>
void add_sum(const Sum& s) {
  if constexpr (kWidth == 16) {
    if (s.columns == 64) return sum_panel<O, 6, 4>(s, s.b, s.out);
    if (s.columns == 48) return sum_panel<O, 6, 3>(s, s.b, s.out);
    if (s.columns == 32) return sum_panel<O, 12, 2>(s, s.b, s.out);
    sum_panel<O, 12, 1>(s, s.b, s.out);
  } else {
    for (int panel = 0; panel * kPanel < s.columns; ++panel)
      sum_panel<O, kTileRows, kPanelVectors>(s, s.b + panel * s.b_panel_stride,
                                             s.out + panel * kPanel);
  }
}

/// Calls work(width, first column) over whole groups of eight vectors or of 64 columns, then of 16.
template <typename Work>
HWY_INLINE void for_vectors(int columns, const Work& work) {
  constexpr int kMany = std::min(8, kBlockColumns / kWidth), kFew = 16 / kWidth;
  int column = 0;
  for (; column + kMany * kWidth <= columns; column += kMany * kWidth)
    work(std::integral_constant<int, kMany>(), column);
  for (; column < columns; column += 16) work(std::integral_constant<int, kFew>(), column);
}

/// out (columns) = Σ scale[k] * term[k] (columns), in the order given
void sum(const float* const* terms, const float* scales, int count, int columns, float* out) {
  const Floats d;
  for_vectors(columns, [&](auto vectors, int column) HWY_ATTR {
    constexpr int NV = vectors();
    Vector total[NV];
    TOCCATA_UNROLL for (int v = 0; v < NV; ++v) total[v] = hn::Zero(d);
    for (int k = 0; k < count; ++k) {
      const Vector scale = hn::Set(d, scales[k]);
      TOCCATA_UNROLL for (int v = 0; v < NV; ++v) total[v] =
          hn::MulAdd(scale, hn::LoadU(d, terms[k] + column + v * kWidth), total[v]);
    }
    TOCCATA_UNROLL for (int v = 0; v < NV; ++v) hn::StoreU(total[v], d, out + column + v * kWidth);
  });
}

void add_sparse(const SparseProduct& p) {
  const Floats d;
  for (int r = 0; r < p.rows; ++r)
    for_vectors(p.columns, [&](auto vectors, int column) HWY_ATTR {
      // The sums stay in registers over all of the row's terms.
      constexpr int NV = vectors();
      const std::uint16_t* listed = p.listed + r * p.listed_stride;
      const float* x = p.x + r * p.x_stride;
      float* out = p.out + static_cast<std::size_t>(r) * p.columns + column;
      Vector total[NV];
      TOCCATA_UNROLL for (int v = 0; v < NV; ++v) total[v] = hn::LoadU(d, out + v * kWidth);
      for (int k = 0; k < p.count[r]; ++k) {
        const float* w = p.weight + listed[k] * p.weight_stride + column;
        const Vector a = hn::Set(d, x[listed[k]]);
        TOCCATA_UNROLL for (int v = 0; v < NV; ++v) total[v] =
            hn::MulAdd(a, hn::LoadU(d, w + v * kWidth), total[v]);
      }
      TOCCATA_UNROLL for (int v = 0; v < NV; ++v) hn::StoreU(total[v], d, out + v * kWidth);
    });
}

template <class O>
void add_sparse_sum(const SparseSum& s) {
  constexpr int kPack = O::kLayout.pack();
  const Floats d;
  // A block narrower than a panel is one of its own width.
  const int stride = std::min(kPanel, s.columns);
  for_vectors(s.columns, [&](auto vectors, int column) HWY_ATTR {
    constexpr int NV = vectors(), kPer = std::min(NV, kPanelVectors);
    const Word* b = s.b + column / kPanel * s.b_panel_stride + column % kPanel;
    for (int value = 0; value < s.values; ++value) {
      Vector total[NV];
      TOCCATA_UNROLL for (int v = 0; v < NV; ++v) total[v] = hn::Zero(d);
      for (int k = s.first[value]; k < s.first[value + 1]; ++k) {
        const Word* row = b + s.row[k] / kPack * static_cast<std::size_t>(stride);
        const Vector x = hn::Set(d, s.x[k]);
        TOCCATA_UNROLL for (int v = 0; v < NV; ++v) total[v] = hn::MulAdd(
            x, O::of_word(row + v / kPer * s.b_panel_stride + v % kPer * kWidth, s.row[k] % kPack),
            total[v]);
      }
      float* out = s.out + value * s.out_stride + column;
      TOCCATA_UNROLL for (int v = 0; v < NV; ++v)
          hn::StoreU(hn::Add(hn::LoadU(d, out + v * kWidth), total[v]), d, out + v * kWidth);
    }
  });
}

template <class O>
void pack_rows(int rows, int values, const Word* a, std::size_t a_stride, Word* out,
               std::size_t group_stride) {
  constexpr int kPack = O::kLayout.pack();
  // A word's rows as words, some values at a time. What is read beyond the values is zero: rows are
  // whole vectors.
  constexpr int kPart = 16 * kGroup;
  alignas(64) Word part[kPart + kLanes];
  for (int r = 0; r < rows; r += kPack, a += kPack * a_stride, out += kGroup)
    for (int first = 0; first < values; first += kPart) {
      const int count = std::min(kPart, values - first);
      const Word* from = a + first;
      if constexpr (kPack == 2) {
        const hn::Rebind<std::uint16_t, Bits> half;
        const auto* low = reinterpret_cast<const std::uint16_t*>(a) + first;
        const auto* high = low + 2 * a_stride;
        for (int m = 0; m < count; m += kWidth) {
          auto words = hn::PromoteTo(Bits(), hn::LoadU(half, low + m));
          if (r + 1 < rows)
            words =
                hn::Or(words, hn::ShiftLeft<16>(hn::PromoteTo(Bits(), hn::LoadU(half, high + m))));
          hn::StoreU(words, Bits(), part + m);
        }
        from = part;
      }
      Word* to = out + first / kGroup * group_stride;
      int m = 0;
      // Two words too many: the next rows', which write them after.
      for (; m + 8 <= count; m += kGroup, to += group_stride)
        __builtin_memcpy(to, from + m, 8 * sizeof(Word));
      for (; m < count; m += kGroup, to += group_stride) {
        Word group[kGroup] = {};
        std::copy_n(from + m, std::min(kGroup, count - m), group);
        std::copy_n(group, kGroup, to);
      }
    }
}

#undef TOCCATA_UNROLL
