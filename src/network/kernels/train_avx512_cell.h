#pragma once
// The LSTM cell of the AVX-512 training kernels, both ways, and the head. Included as
// avx512_products.h is.

#include <immintrin.h>

#include <cstddef>

#include "network/kernels/train_kernels.h"

namespace toccata::network::train {
namespace {

/// 2^x for |x| up to 126: 2^n by exponent, 2^f for f in [-1/2, 1/2] by a polynomial (Remez;
/// relative error 7.5e-8).
TOCCATA_TARGET inline __m512 power_of_two(__m512 x) {
  const __m512 n = _mm512_roundscale_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  const __m512 f = _mm512_sub_ps(x, n);
  __m512 p = _mm512_set1_ps(0.0013276471979478776f);
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(0.00967554133421605f));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(0.05550713273542586f));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(0.24022119723848476f));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(0.6931469670647331f));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(1.0000000716546822f));
  return _mm512_scalef_ps(p, n);
}

/// 1/x: 14 bits, then one step of Newton's.
TOCCATA_TARGET inline __m512 reciprocal(__m512 x) {
  const __m512 r = _mm512_rcp14_ps(x);
  return _mm512_mul_ps(r, _mm512_fnmadd_ps(x, r, _mm512_set1_ps(2)));
}

/// 1 / (1 + 2^(scale x)), the exponent held within ±126.
TOCCATA_TARGET inline __m512 logistic(__m512 x, float scale) {
  __m512 t = _mm512_mul_ps(x, _mm512_set1_ps(scale));
  t = _mm512_min_ps(_mm512_max_ps(t, _mm512_set1_ps(-126)), _mm512_set1_ps(126));
  return reciprocal(_mm512_add_ps(power_of_two(t), _mm512_set1_ps(1)));
}
TOCCATA_TARGET inline __m512 sigmoid(__m512 x) {
  return logistic(x, -1.44269504f);
}
TOCCATA_TARGET inline __m512 hyperbolic_tangent(__m512 x) {
  return _mm512_fnmadd_ps(_mm512_set1_ps(2), logistic(x, 2.88539008f), _mm512_set1_ps(1));
}

TOCCATA_TARGET inline __mmask16 first_lanes(int count) {
  return static_cast<__mmask16>((1u << count) - 1);
}
template <bool full>
TOCCATA_TARGET inline __m512 load(const float* from, __mmask16 lanes) {
  return full ? _mm512_loadu_ps(from) : _mm512_maskz_loadu_ps(lanes, from);
}
template <bool full>
TOCCATA_TARGET inline void store(float* to, __mmask16 lanes, __m512 x) {
  if (full)
    _mm512_storeu_ps(to, x);
  else
    _mm512_mask_storeu_ps(to, lanes, x);
}

/// The units of a block that dropout keeps: DropoutRow::mix in 16 lanes.
TOCCATA_TARGET inline __mmask16 kept_units(const DropoutRow& key, __m512i spread_units,
                                           std::uint32_t threshold) {
  __m512i x = _mm512_xor_si512(_mm512_set1_epi32(static_cast<int>(key.first)), spread_units);
  x = _mm512_xor_si512(x, _mm512_srli_epi32(x, 16));
  x = _mm512_mullo_epi32(x, _mm512_set1_epi32(0x7FEB352D));
  x = _mm512_xor_si512(x, _mm512_set1_epi32(static_cast<int>(key.second)));
  x = _mm512_xor_si512(x, _mm512_srli_epi32(x, 15));
  x = _mm512_mullo_epi32(x, _mm512_set1_epi32(static_cast<int>(0x846CA68Bu)));
  x = _mm512_xor_si512(x, _mm512_srli_epi32(x, 16));
  return _mm512_cmplt_epu32_mask(x, _mm512_set1_epi32(static_cast<int>(threshold)));
}

template <class Operand, bool full>
TOCCATA_TARGET void cell_forward_block(const CellForward& p) {
  const int w = full ? kLanes : p.width;
  const __mmask16 lanes = first_lanes(w), units = first_lanes(p.units);
  const __m512i spread_units = _mm512_mullo_epi32(
      _mm512_add_epi32(_mm512_set1_epi32(p.masks.first_unit),
                       _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)),
      _mm512_set1_epi32(static_cast<int>(0x9E3779B9u)));
  const __m512 scale = _mm512_set1_ps(p.masks.scale);
  for (int r = 0; r < p.rows; ++r) {
    const float* z = p.z + static_cast<std::size_t>(r) * 4 * w;
    const __m512 i = sigmoid(load<full>(z, lanes));
    const __m512 f = sigmoid(load<full>(z + w, lanes));
    const __m512 g = hyperbolic_tangent(load<full>(z + 2 * w, lanes));
    const __m512 o = sigmoid(load<full>(z + 3 * w, lanes));
    Operand::template store_gates<full>(static_cast<char*>(p.gates) + r * p.gates_stride, w, i, f,
                                        g, o);
    const __m512 before = load<full>(p.c_before + r * p.c_stride, units);
    const __m512 c = _mm512_fmadd_ps(f, before, _mm512_mul_ps(i, g));
    store<full>(p.c_after + r * p.c_stride, units, c);
    __m512 h = _mm512_mul_ps(o, hyperbolic_tangent(c));
    Operand::template store<full>(static_cast<char*>(p.h) + r * p.h_stride, units, h);
    if (p.masks.keys) {
      const __mmask16 kept = kept_units(p.masks.keys[r], spread_units, p.masks.threshold);
      p.kept[r * p.kept_stride] = kept;
      h = _mm512_maskz_mul_ps(kept, h, scale);
    }
    Operand::template store<full>(p.y + p.y_row[r], units, h);
  }
}

template <class Operand>
TOCCATA_TARGET void cell_forward(const CellForward& p) {
  if (p.units == kLanes)
    cell_forward_block<Operand, true>(p);
  else
    cell_forward_block<Operand, false>(p);
}

struct GateGradients {
  __m512 i, f, g, o;
};

/// One row of cell_backward: dc is replaced; the gradients by the pre-activations come back, zero
/// beyond the block's units.
template <class Operand, bool full>
TOCCATA_TARGET inline GateGradients row_backward(const CellBackward& p, int r, int w,
                                                 __mmask16 units) {
  const __m512 one = _mm512_set1_ps(1);
  const char* gates = static_cast<const char*>(p.gates) + r * p.gates_stride;
  const __m512 i = Operand::template gate<full>(gates, 0, w, units);
  const __m512 f = Operand::template gate<full>(gates, 1, w, units);
  const __m512 g = Operand::template gate<full>(gates, 2, w, units);
  const __m512 o = Operand::template gate<full>(gates, 3, w, units);
  const __m512 tanh_c = hyperbolic_tangent(load<full>(p.c_after + r * p.c_stride, units));
  const __m512 before = load<full>(p.c_before + r * p.c_stride, units);
  const __mmask16 kept = p.kept ? static_cast<__mmask16>(p.kept[r * p.kept_stride] & units) : units;
  const __m512 dy = _mm512_maskz_loadu_ps(kept, p.dy + p.dy_row[r]);
  const __m512 dh =
      _mm512_fmadd_ps(dy, _mm512_set1_ps(p.scale), load<full>(p.dh + r * p.d_stride, units));
  float* dc_at = p.dc + r * p.d_stride;
  const __m512 dh_o = _mm512_mul_ps(dh, o);
  const __m512 dc =
      _mm512_fmadd_ps(dh_o, _mm512_fnmadd_ps(tanh_c, tanh_c, one), load<full>(dc_at, units));
  store<full>(dc_at, units, _mm512_mul_ps(dc, f));
  GateGradients d;
  d.i = _mm512_mul_ps(_mm512_mul_ps(dc, g), _mm512_fnmadd_ps(i, i, i));
  d.f = _mm512_mul_ps(_mm512_mul_ps(dc, before), _mm512_fnmadd_ps(f, f, f));
  d.g = _mm512_mul_ps(_mm512_mul_ps(dc, i), _mm512_fnmadd_ps(g, g, one));
  d.o = _mm512_mul_ps(_mm512_mul_ps(dh_o, tanh_c), _mm512_sub_ps(one, o));
  return d;
}

template <class Operand, bool full>
TOCCATA_TARGET void cell_backward_block(const CellBackward& p) {
  const int w = full ? kLanes : p.width;
  const __mmask16 lanes = first_lanes(w), units = first_lanes(p.units);
  const __m512 zero = _mm512_setzero_ps();
  GateGradients bias{zero, zero, zero, zero};
  const auto add = [&](const GateGradients& d) TOCCATA_TARGET {
    bias.i = _mm512_add_ps(bias.i, d.i);
    bias.f = _mm512_add_ps(bias.f, d.f);
    bias.g = _mm512_add_ps(bias.g, d.g);
    bias.o = _mm512_add_ps(bias.o, d.o);
  };
  char* dz = static_cast<char*>(p.dz);
  Word* columns = p.dz_columns;
  int r = 0;
  if constexpr (Operand::kPack == 1) {
    for (; r < p.rows; ++r, dz += p.dz_stride, columns += 4 * w) {
      const GateGradients d = row_backward<Operand, full>(p, r, w, units);
      add(d);
      Operand::template store_gradients<full>(dz, columns, w, lanes, d.i, d.f, d.g, d.o);
    }
  } else {
    for (; r + 1 < p.rows; r += 2, dz += 2 * p.dz_stride, columns += 4 * w) {
      const GateGradients d0 = row_backward<Operand, full>(p, r, w, units);
      const GateGradients d1 = row_backward<Operand, full>(p, r + 1, w, units);
      add(d0);
      add(d1);
      Operand::template store_pair<full>(dz, dz + p.dz_stride, columns, 0, w, lanes, d0.i, d1.i);
      Operand::template store_pair<full>(dz, dz + p.dz_stride, columns, 1, w, lanes, d0.f, d1.f);
      Operand::template store_pair<full>(dz, dz + p.dz_stride, columns, 2, w, lanes, d0.g, d1.g);
      Operand::template store_pair<full>(dz, dz + p.dz_stride, columns, 3, w, lanes, d0.o, d1.o);
    }
    if (r < p.rows) {  // the odd row's partner is zero; what is no row is not written by rows
      const GateGradients d = row_backward<Operand, full>(p, r, w, units);
      add(d);
      Operand::template store_pair<full>(dz, nullptr, columns, 0, w, lanes, d.i, zero);
      Operand::template store_pair<full>(dz, nullptr, columns, 1, w, lanes, d.f, zero);
      Operand::template store_pair<full>(dz, nullptr, columns, 2, w, lanes, d.g, zero);
      Operand::template store_pair<full>(dz, nullptr, columns, 3, w, lanes, d.o, zero);
    }
  }
  const __m512 sums[4] = {bias.i, bias.f, bias.g, bias.o};
  for (int gate = 0; gate < 4; ++gate) {
    float* to = p.bias_gradient + gate * w;
    store<full>(to, lanes, _mm512_add_ps(load<full>(to, lanes), sums[gate]));
  }
}

template <class Operand>
TOCCATA_TARGET void cell_backward(const CellBackward& p) {
  if (p.units == kLanes)
    cell_backward_block<Operand, true>(p);
  else
    cell_backward_block<Operand, false>(p);
}

template <class Operand>
TOCCATA_TARGET void head_forward(const Head& p, const float* bias, float* logits) {
  for (int r = 0; r < p.rows; ++r) {
    const char* y = p.y + r * p.y_stride;
    for (int c = 0; c < p.channels; ++c) {
      __m512 sum = _mm512_setzero_ps();
      for (int u = 0; u < p.units; u += kLanes) {
        const __mmask16 lanes = first_lanes(p.units - u < kLanes ? p.units - u : kLanes);
        sum =
            _mm512_fmadd_ps(Operand::load(y, u, lanes),
                            _mm512_maskz_loadu_ps(lanes, p.weight + c * p.weight_stride + u), sum);
      }
      logits[r * p.channels + c] = bias[c] + _mm512_reduce_add_ps(sum);
    }
  }
}

template <class Operand>
TOCCATA_TARGET void head_gradient(const Head& p, const float* dlogits, float* weight_gradient) {
  for (int u = 0; u < p.units; u += kLanes) {
    const __mmask16 lanes = first_lanes(p.units - u < kLanes ? p.units - u : kLanes);
    for (int c = 0; c < p.channels; ++c) {
      float* to = weight_gradient + c * p.weight_stride + u;
      __m512 sum = _mm512_setzero_ps();
      for (int r = 0; r < p.rows; ++r)
        sum = _mm512_fmadd_ps(Operand::load(p.y + r * p.y_stride, u, lanes),
                              _mm512_set1_ps(dlogits[r * p.channels + c]), sum);
      _mm512_mask_storeu_ps(to, lanes, _mm512_add_ps(_mm512_maskz_loadu_ps(lanes, to), sum));
    }
  }
}

template <class Operand>
TOCCATA_TARGET void head_backward(const Head& p, const float* dlogits, float* dy,
                                  std::size_t dy_stride) {
  for (int r = 0; r < p.rows; ++r)
    for (int u = 0; u < p.units; u += kLanes) {
      const __mmask16 lanes = first_lanes(p.units - u < kLanes ? p.units - u : kLanes);
      __m512 sum = _mm512_setzero_ps();
      for (int c = 0; c < p.channels; ++c)
        sum = _mm512_fmadd_ps(_mm512_maskz_loadu_ps(lanes, p.weight + c * p.weight_stride + u),
                              _mm512_set1_ps(dlogits[r * p.channels + c]), sum);
      _mm512_mask_storeu_ps(dy + r * dy_stride + u, lanes, sum);
    }
}

template <class Operand>
TOCCATA_TARGET void store_operands(const float* from, int count, void* to) {
  for (int k = 0; k < count; k += kLanes) {
    const __mmask16 lanes = first_lanes(count - k < kLanes ? count - k : kLanes);
    Operand::template store<false>(static_cast<char*>(to) + k * (4 / Operand::kPack), lanes,
                                   _mm512_maskz_loadu_ps(lanes, from + k));
  }
}

}  // namespace
}  // namespace toccata::network::train
