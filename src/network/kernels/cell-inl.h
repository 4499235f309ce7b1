// The cell, both ways, and the head of vectors.cc, once per instruction set. No include guard.

/// 2^x, the exponent held within ±limit: 2^n by exponent, 2^f for f in [-1/2, 1/2] by 1 + f q(f), q
/// interpolated at Chebyshev's nodes: relative error 2e-7, and exactly 1 at 0.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V exp2(D d, V x, float limit) {
  const hn::RebindToSigned<D> whole;
  const V to_whole = hn::Set(d, 12582912.0f);  // 1.5 * 2^23: adding it rounds to a whole number
  x = hn::Min(hn::Max(x, hn::Set(d, -limit)), hn::Set(d, limit));
  const V shifted = hn::Add(x, to_whole);
  const V f = hn::Sub(x, hn::Sub(shifted, to_whole));
  V y = hn::Set(d, 0.00133813025f);
  y = hn::MulAdd(y, f, hn::Set(d, 0.00966636852f));
  y = hn::MulAdd(y, f, hn::Set(d, 0.0555038101f));
  y = hn::MulAdd(y, f, hn::Set(d, 0.24022349f));
  y = hn::MulAdd(y, f, hn::Set(d, 0.693147181f));
  y = hn::MulAdd(y, f, hn::Set(d, 1.0f));
  const auto exponent = hn::ShiftLeft<23>(hn::BitCast(whole, shifted));
  return hn::BitCast(d, hn::Add(hn::BitCast(whole, y), exponent));
}

template <class D, class V = hn::Vec<D>>
HWY_INLINE V reciprocal(D d, V x) {
#if HWY_TARGET == HWY_AVX3
  const V r = hn::ApproximateReciprocal(x);  // 14 bits, then one step of Newton's
  return hn::Mul(r, hn::NegMulAdd(x, r, hn::Set(d, 2.0f)));
#else
  return hn::Div(hn::Set(d, 1.0f), x);
#endif
}
constexpr float kLog2E = 1.44269504089f;
/// 1 / (1 + 2^(scale x))
template <class D, class V = hn::Vec<D>>
HWY_INLINE V logistic(D d, V x, float scale) {
  return reciprocal(d, hn::Add(exp2(d, hn::Mul(x, hn::Set(d, scale)), 126.0f), hn::Set(d, 1.0f)));
}
template <class D, class V = hn::Vec<D>>
HWY_INLINE V sigmoid(D d, V x) {
  return logistic(d, x, -kLog2E);
}
template <class D, class V = hn::Vec<D>>
HWY_INLINE V hyperbolic_tangent(D d, V x) {
  return hn::NegMulAdd(hn::Set(d, 2.0f), logistic(d, x, 2 * kLog2E), hn::Set(d, 1.0f));
}

/// Calls work(d) with the widest vectors that a block is a whole number of.
template <typename Work>
HWY_INLINE void with_vectors_of(int width, const Work& work) {
  if (width % kWidth == 0) return work(Floats());
  if constexpr (kWidth > 8) {
    if (width == 8) return work(hn::CappedTag<float, 8>());
  }
  work(hn::CappedTag<float, 4>());
}

/// Which of a vector of units dropout keeps: DropoutRow::mix.
template <class D>
HWY_INLINE auto kept_units(D, const DropoutRow& key, hn::Vec<hn::RebindToUnsigned<D>> spread_units,
                           std::uint32_t threshold) {
  const hn::RebindToUnsigned<D> du;
  auto x = hn::Xor(hn::Set(du, key.first), spread_units);
  x = hn::Mul(hn::Xor(x, hn::ShiftRight<16>(x)), hn::Set(du, 0x7FEB352Du));
  x = hn::Xor(x, hn::Set(du, key.second));
  x = hn::Mul(hn::Xor(x, hn::ShiftRight<15>(x)), hn::Set(du, 0x846CA68Bu));
  x = hn::Xor(x, hn::ShiftRight<16>(x));
  return hn::Lt(x, hn::Set(du, threshold));
}

/// h of a cell of which nothing but c is kept. With e = exp(-z): sigmoid(z) = 1 / (1 + e) and
/// tanh(z/2) = (1 - e) / (1 + e). The cell is put over one denominator, since dividing costs most:
/// errors stay near 1e-7. Clamped at 2^40, the product of three denominators stays finite.
template <class D>
HWY_INLINE hn::Vec<D> fused_cell(D d, const float* z, int w, hn::Vec<D>& c) {
  const auto one = hn::Set(d, 1.0f), minus = hn::Set(d, -kLog2E),
             minus_two = hn::Set(d, -2 * kLog2E);
  const auto i = hn::Add(one, exp2(d, hn::Mul(minus, hn::LoadU(d, z)), 40.0f));
  const auto f = hn::Add(one, exp2(d, hn::Mul(minus, hn::LoadU(d, z + w)), 40.0f));
  const auto g = exp2(d, hn::Mul(minus_two, hn::LoadU(d, z + 2 * w)), 40.0f);
  const auto o = hn::Add(one, exp2(d, hn::Mul(minus, hn::LoadU(d, z + 3 * w)), 40.0f));
  const auto ig = hn::Mul(i, hn::Add(one, g));
  c = hn::Div(hn::MulAdd(c, ig, hn::Mul(hn::Sub(one, g), f)), hn::Mul(ig, f));
  const auto e = exp2(d, hn::Mul(minus_two, c), 40.0f);
#if HWY_TARGET == HWY_AVX3
  // c's quotient is exact to a rounding: an error of one sign would add up over long notes.
  return hn::Mul(hn::Sub(one, e), reciprocal(d, hn::Mul(o, hn::Add(one, e))));
#else
  return hn::Div(hn::Sub(one, e), hn::Mul(o, hn::Add(one, e)));
#endif
}

/// A gate of the backward pass, which comes much later: a whole line is written past the caches,
/// which spares its being read first. Whatever hands the work to another thread takes a lock, which
/// waits for such writes.
template <class O, class D>
HWY_INLINE void store_gate(D d, hn::Vec<D> v, void* gates, int at) {
  if constexpr (O::kLayout.bytes == 4 && hn::MaxLanes(d) == 16)
    hn::Stream(O::held(d, v), d, static_cast<float*>(gates) + at);
  else
    O::store(d, v, gates, at, static_cast<int>(hn::MaxLanes(d)));
}

/// Some blocks, w wide, the first of which begins at unit `from`.
template <class O, bool keep_gates, class D>
HWY_NOINLINE void cell_forward_blocks(D d, const CellForward& p, int from, int w, int blocks) {
  const hn::RebindToUnsigned<D> du;
  constexpr int kStep = static_cast<int>(hn::MaxLanes(d));
  constexpr std::uint32_t kSpread = 0x9E3779B9u;
  const auto spread = hn::Mul(hn::Iota(du, 0), hn::Set(du, kSpread));
  const auto scale = hn::Set(d, p.masks.scale);
  const int end = from + w * blocks;
  for (int r = 0; r < p.rows; ++r)
    for (int at = from, u = 0; at < end; at += kStep, u = u + kStep == w ? 0 : u + kStep) {
      const int left = p.units - at, gate_at = 4 * (at - u) + u;
      const float* z = p.z + static_cast<std::size_t>(r) * 4 * p.width + gate_at;
      auto c = load(d, p.c_before + r * p.c_stride + at, left), h = c;
      if constexpr (keep_gates) {
        const auto i = sigmoid(d, hn::LoadU(d, z));
        const auto f = sigmoid(d, hn::LoadU(d, z + w));
        const auto g = hyperbolic_tangent(d, hn::LoadU(d, z + 2 * w));
        const auto o = sigmoid(d, hn::LoadU(d, z + 3 * w));
        char* gates = static_cast<char*>(p.gates) + r * p.gates_stride;
        store_gate<O>(d, i, gates, gate_at);
        store_gate<O>(d, f, gates, gate_at + w);
        store_gate<O>(d, g, gates, gate_at + 2 * w);
        store_gate<O>(d, o, gates, gate_at + 3 * w);
        c = hn::MulAdd(f, c, hn::Mul(i, g));
        h = hn::Mul(o, hyperbolic_tangent(d, c));
      } else {
        h = fused_cell(d, z, w, c);
      }
      store(d, c, p.c_after + r * p.c_stride + at, left);
      O::store(d, h, static_cast<char*>(p.h) + r * p.h_stride, at, left);
      if (p.y == nullptr) continue;
      if (p.masks.keys) {
        const std::uint32_t unit = static_cast<std::uint32_t>(p.masks.first_unit + at);
        const auto kept = kept_units(
            d, p.masks.keys[r], hn::Add(spread, hn::Set(du, unit * kSpread)), p.masks.threshold);
        if (p.kept) {
          std::uint8_t bits[8] = {};
          hn::StoreMaskBits(du, kept, bits);
          const unsigned all =
              (bits[0] | static_cast<unsigned>(bits[1]) << 8) & ((1u << kStep) - 1);
          std::uint16_t& row = p.kept[r * p.kept_stride + (at - u) / kLanes];
          row = static_cast<std::uint16_t>(u == 0 ? all : row | all << u);
        }
        h = hn::IfThenElseZero(hn::RebindMask(d, kept), hn::Mul(h, scale));
      }
      O::store(d, h, p.y + p.y_row[r], at, left);
    }
}

template <class O>
void cell_forward(const CellForward& p) {
  const auto work = [&](auto d, int from, int w, int blocks) HWY_ATTR {
    if constexpr (O::kLayout.element != Precision::int8)
      if (p.gates) return cell_forward_blocks<O, true>(d, p, from, w, blocks);
    cell_forward_blocks<O, false>(d, p, from, w, blocks);
  };
  const int last = p.width % kLanes, whole = p.width - last;
  if (whole > 0) work(Floats(), 0, kLanes, whole / kLanes);
  if (last > 0) with_vectors_of(last, [&](auto d) HWY_ATTR { work(d, whole, last, 1); });
}

/// One row of cell_backward: dc is replaced; the gradients by the pre-activations come back, zero
/// beyond the block's units. unit_bits: where a unit's bit is in `kept`.
template <class O, class D>
HWY_INLINE void row_backward(D d, const CellBackward& p, int r, int u,
                             hn::Vec<hn::RebindToUnsigned<D>> unit_bits, hn::Vec<D> scale,
                             hn::Vec<D> (&by_gate)[4]) {
  const hn::RebindToUnsigned<D> du;
  constexpr int kStep = static_cast<int>(hn::MaxLanes(d));
  const int w = p.width, left = p.units - u;
  const auto one = hn::Set(d, 1.0f);
  const char* gates = static_cast<const char*>(p.gates) + r * p.gates_stride;
  const auto i = O::value(d, gates, u, kStep), f = O::value(d, gates, w + u, kStep);
  const auto g = O::value(d, gates, 2 * w + u, kStep), o = O::value(d, gates, 3 * w + u, kStep);
  const std::size_t at = r * p.d_stride + u;
  const auto tanh_c = hyperbolic_tangent(d, load(d, p.c_after + r * p.c_stride + u, left));
  const auto before = load(d, p.c_before + r * p.c_stride + u, left);
  auto dy = load(d, p.dy + p.dy_row[r] + u, left);
  if (p.kept)
    dy = hn::IfThenElseZero(
        hn::RebindMask(
            d, hn::TestBit(hn::Set(du, std::uint32_t{p.kept[r * p.kept_stride]}), unit_bits)),
        dy);
  const auto dh = hn::MulAdd(dy, scale, load(d, p.dh + at, left));
  const auto dh_o = hn::Mul(dh, o);
  const auto dc = hn::MulAdd(dh_o, hn::NegMulAdd(tanh_c, tanh_c, one), load(d, p.dc + at, left));
  store(d, hn::Mul(dc, f), p.dc + at, left);
  by_gate[0] = hn::Mul(hn::Mul(dc, g), hn::NegMulAdd(i, i, i));
  by_gate[1] = hn::Mul(hn::Mul(dc, before), hn::NegMulAdd(f, f, f));
  by_gate[2] = hn::Mul(hn::Mul(dc, i), hn::NegMulAdd(g, g, one));
  by_gate[3] = hn::Mul(hn::Mul(dh_o, tanh_c), hn::Sub(one, o));
}

template <class O, class D>
HWY_NOINLINE void cell_backward_units(D d, const CellBackward& p, int u) {
  constexpr int kPack = O::kLayout.pack();
  const hn::RebindToUnsigned<D> du;
  const int w = p.width, columns_stride = std::min(kPanel, 4 * w);
  const auto unit_bits = hn::Shl(hn::Set(du, 1u), hn::Iota(du, static_cast<std::uint32_t>(u)));
  const auto scale = hn::Set(d, p.scale);
  hn::Vec<D> bias[4] = {hn::Zero(d), hn::Zero(d), hn::Zero(d), hn::Zero(d)};
  Word* columns[4];  // where the gates stand among the panels
  for (int gate = 0; gate < 4; ++gate) {
    const int column = gate * w + u;
    columns[gate] = p.dz_columns + column / kPanel * p.dz_panel_stride + column % kPanel;
  }
  for (int r = 0; r < p.rows; r += kPack) {
    hn::Vec<D> of_word[kPack][4];  // gradients of a word's rows; the odd row's partner has zeros
    char* dz[kPack];
    for (int k = 0; k < kPack; ++k) {
      dz[k] = nullptr;
      for (int gate = 0; gate < 4; ++gate) of_word[k][gate] = hn::Zero(d);
      if (k > 0 && r + k >= p.rows) break;
      row_backward<O>(d, p, r + k, u, unit_bits, scale, of_word[k]);
      dz[k] = static_cast<char*>(p.dz) + (r + k) * p.dz_stride;
      for (int gate = 0; gate < 4; ++gate) bias[gate] = hn::Add(bias[gate], of_word[k][gate]);
    }
    for (int gate = 0; gate < 4; ++gate) {
      hn::Vec<D> rows[kPack];
      char* to[kPack];
      for (int k = 0; k < kPack; ++k) {
        rows[k] = of_word[k][gate];
        to[k] = dz[k] ? dz[k] + (gate * w + u) * O::kLayout.bytes : nullptr;
      }
      O::store_both(d, rows, to, columns[gate]);
      columns[gate] += columns_stride;
    }
  }
  for (int gate = 0; gate < 4; ++gate) {
    float* to = p.bias_gradient + gate * w + u;
    hn::StoreU(hn::Add(hn::LoadU(d, to), bias[gate]), d, to);
  }
}

template <class O>
void cell_backward(const CellBackward& p) {
  with_vectors_of(p.width, [&](auto d) HWY_ATTR {
    for (int u = 0; u < p.width; u += static_cast<int>(hn::MaxLanes(d)))
      cell_backward_units<O>(d, p, u);
  });
}

inline const char* row_of(const Head& p, int r) {
  return static_cast<const char*>(p.y) + r * p.y_stride;
}

template <class O>
void head_forward(const Head& p, const float* bias, float* logits, std::size_t logits_stride) {
  const Floats d;
  for (int r = 0; r < p.rows; ++r)
    for (int c = 0; c < p.channels; ++c) {
      Vector sum = hn::Zero(d);
      for (int u = 0; u < p.units; u += kWidth)
        sum = hn::MulAdd(O::value(d, row_of(p, r), u, p.units - u),
                         load(d, p.weight + c * p.weight_stride + u, p.units - u), sum);
      logits[r * logits_stride + c] = bias[c] + hn::GetLane(hn::SumOfLanes(d, sum));
    }
}

template <class O>
void head_gradient(const Head& p, const float* dlogits, float* weight_gradient) {
  const Floats d;
  for (int u = 0; u < p.units; u += kWidth)
    for (int c = 0; c < p.channels; ++c) {
      float* to = weight_gradient + c * p.weight_stride + u;
      Vector sum = hn::Zero(d);
      for (int r = 0; r < p.rows; ++r)
        sum = hn::MulAdd(O::value(d, row_of(p, r), u, p.units - u),
                         hn::Set(d, dlogits[r * p.channels + c]), sum);
      store(d, hn::Add(load(d, to, p.units - u), sum), to, p.units - u);
    }
}

void head_backward(const Head& p, const float* dlogits, float* dy, std::size_t dy_stride) {
  const Floats d;
  for (int r = 0; r < p.rows; ++r)
    for (int u = 0; u < p.units; u += kWidth) {
      Vector sum = hn::Zero(d);
      for (int c = 0; c < p.channels; ++c)
        sum = hn::MulAdd(load(d, p.weight + c * p.weight_stride + u, p.units - u),
                         hn::Set(d, dlogits[r * p.channels + c]), sum);
      store(d, sum, dy + r * dy_stride + u, p.units - u);
    }
}

template <class O>
void store_values(const float* from, int count, void* to) {
  const Floats d;
  for (int k = 0; k < count; k += kWidth)
    O::store(d, load(d, from + k, count - k), to, k, count - k);
}
