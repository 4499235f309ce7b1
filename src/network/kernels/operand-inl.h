// The number formats on vectors of one instruction set. An operand format tells how words of it are
// multiplied and summed (load, spread, multiply_add), and how its values become floats and back
// (value, store). No include guard: vectors.cc includes this once per instruction set.
//
// What a compiler's headers lack for a set, or what GCC 12 would keep copying to the stack, is
// asked of the assembler; no such format is in a table before the processor was asked.

namespace hn = hwy::HWY_NAMESPACE;

using Floats = hn::ScalableTag<float>;
using Vector = hn::Vec<Floats>;
using Bits = hn::ScalableTag<std::uint32_t>;
using Integers = hn::ScalableTag<std::int32_t>;
constexpr int kWidth = static_cast<int>(hn::MaxLanes(Floats()));

/// The first `left` values, zeros beyond.
template <class D, typename T = hn::TFromD<D>>
HWY_INLINE hn::Vec<D> load(D d, const T* from, int left) {
  if (left >= static_cast<int>(hn::MaxLanes(d))) return hn::LoadU(d, from);
  alignas(64) T values[hn::MaxLanes(d)] = {};
  std::copy_n(from, left, values);
  return hn::Load(d, values);
}
template <class D, typename T = hn::TFromD<D>>
HWY_INLINE void store(D d, hn::Vec<D> v, T* to, int left) {
  if (left >= static_cast<int>(hn::MaxLanes(d))) return hn::StoreU(v, d, to);
  alignas(64) T values[hn::MaxLanes(d)];
  hn::Store(v, d, values);
  std::copy_n(values, left, to);
}

struct F32 {
  static constexpr Layout kLayout{.panel = kWidth == 16 ? kBlockColumns : 16};
  using Right = Vector;
  using Sums = Vector;
  static HWY_INLINE Right load(const Word* p) {
    return hn::LoadU(Floats(), reinterpret_cast<const float*>(p));
  }
  static HWY_INLINE Right spread(const Word* p) {
    return hn::Set(Floats(), *reinterpret_cast<const float*>(p));
  }
  static HWY_INLINE Sums multiply_add(Sums sum, Right a, Right b) { return hn::MulAdd(a, b, sum); }

  template <class D>
  static HWY_INLINE hn::Vec<D> value(D d, const void* from, int first, int left) {
    return HWY_NAMESPACE::load(d, static_cast<const float*>(from) + first, left);
  }
  template <class D>
  static HWY_INLINE void store(D d, hn::Vec<D> v, void* to, int first, int left) {
    HWY_NAMESPACE::store(d, v, static_cast<float*>(to) + first, left);
  }
  template <class D>
  static HWY_INLINE hn::Vec<D> held(D, hn::Vec<D> v) {
    return v;
  }
  /// A vector of a right operand's words as floats; `k`: which of its values.
  static HWY_INLINE Vector of_word(const Word* p, int) { return load(p); }
  /// Values of a word's rows, both as such, a row after the other where `to` says, and as words.
  template <class D>
  static HWY_INLINE void store_both(D d, const hn::Vec<D> (&rows)[1], char* const (&to)[1],
                                    Word* words) {
    hn::StoreU(rows[0], d, reinterpret_cast<float*>(to[0]));
    hn::StoreU(rows[0], d, reinterpret_cast<float*>(words));
  }
};

/// As bf16, rounded to nearest even.
template <class D>
HWY_INLINE hn::Vec<D> rounded_to_bf16(D d, hn::Vec<D> x) {
  const hn::RebindToUnsigned<D> du;
  const auto bits = hn::BitCast(du, x);
  const auto odd = hn::And(hn::ShiftRight<16>(bits), hn::Set(du, 1u));
  return hn::BitCast(
      d, hn::And(hn::Add(bits, hn::Add(odd, hn::Set(du, 0x7FFFu))), hn::Set(du, 0xFFFF0000u)));
}

/// bf16 emulated: floats that were rounded.
struct RoundedToBf16 : F32 {
  static constexpr Layout kLayout{.element = Precision::bf16, .panel = F32::kLayout.panel};
  template <class D>
  static HWY_INLINE hn::Vec<D> held(D d, hn::Vec<D> v) {
    return rounded_to_bf16(d, v);
  }
  template <class D>
  static HWY_INLINE void store(D d, hn::Vec<D> v, void* to, int first, int left) {
    F32::store(d, held(d, v), to, first, left);
  }
  template <class D>
  static HWY_INLINE void store_both(D d, const hn::Vec<D> (&rows)[1], char* const (&to)[1],
                                    Word* words) {
    F32::store_both(d, {rounded_to_bf16(d, rows[0])}, to, words);
  }
};

/// Whole numbers T of a value's 1/127 steps, held with kZero added.
template <typename T, int kZero>
struct Whole {
  static constexpr Layout kLayout{
      .element = Precision::int8, .bytes = sizeof(T), .panel = F32::kLayout.panel, .zero = kZero};
  using Right = hn::Vec<Integers>;
  using Sums = hn::Vec<Integers>;
  static HWY_INLINE Right load(const Word* p) {
    return hn::LoadU(Integers(), reinterpret_cast<const std::int32_t*>(p));
  }
  static HWY_INLINE Right spread(const Word* p) {
    return hn::Set(Integers(), *reinterpret_cast<const std::int32_t*>(p));
  }
  template <class D>
  static HWY_INLINE hn::Vec<D> value(D d, const void* from, int first, int left) {
    const hn::Rebind<T, D> narrow;
    const hn::RebindToSigned<D> whole;
    const auto steps = hn::PromoteTo(
        whole, HWY_NAMESPACE::load(narrow, static_cast<const T*>(from) + first, left));
    return hn::Mul(hn::ConvertTo(d, hn::Sub(steps, hn::Set(whole, kZero))), hn::Set(d, 1 / kSteps));
  }
  template <class D>
  static HWY_INLINE void store(D d, hn::Vec<D> v, void* to, int first, int left) {
    using Unsigned = std::make_unsigned_t<T>;
    const hn::Rebind<Unsigned, D> narrow;
    // 1.5 * 2^23 more: added, it rounds to a whole number, which stands in the lowest bits.
    const auto bits =
        hn::BitCast(hn::RebindToUnsigned<D>(),
                    hn::MulAdd(v, hn::Set(d, kSteps), hn::Set(d, 12582912.0f + kZero)));
    auto* at = static_cast<Unsigned*>(to) + first;
#if HWY_TARGET == HWY_AVX3
    if constexpr (sizeof(T) == 1 && hn::MaxLanes(d) == 16)
      return HWY_NAMESPACE::store(narrow, {_mm512_cvtepi32_epi8(bits.raw)}, at, left);
#endif
    HWY_NAMESPACE::store(narrow, hn::TruncateTo(narrow, bits), at, left);
  }
};

#if HWY_TARGET == HWY_AVX3
/// Pairs of bf16, by AVX512_BF16's dot product (Intel, "BFLOAT16 - hardware numerics definition",
/// 2018).
struct Bf16Pairs {
  static constexpr Layout kLayout{.element = Precision::bf16, .bytes = 2};
  using Right = hn::Vec<Bits>;
  using Sums = Vector;
  static HWY_INLINE Right load(const Word* p) { return hn::LoadU(Bits(), p); }
  static HWY_INLINE Right spread(const Word* p) { return hn::Set(Bits(), *p); }
  static HWY_INLINE Sums multiply_add(Sums sum, Right a, Right b) {
    asm("vdpbf16ps %2, %1, %0" : "+v"(sum.raw) : "v"(a.raw), "v"(b.raw));
    return sum;
  }
  template <class D>
  static HWY_INLINE hn::Vec<D> value(D d, const void* from, int first, int left) {
    const hn::Rebind<std::uint16_t, D> narrow;
    const hn::RebindToUnsigned<D> wide;
    const auto bits =
        HWY_NAMESPACE::load(narrow, static_cast<const std::uint16_t*>(from) + first, left);
    return hn::BitCast(d, hn::ShiftLeft<16>(hn::PromoteTo(wide, bits)));
  }
  template <class D>
  static HWY_INLINE hn::Vec<hn::Rebind<std::uint16_t, D>> narrow(D d, hn::Vec<D> v) {
    const hn::Rebind<std::uint16_t, D> half;
    if constexpr (hn::MaxLanes(d) == 16) {
      hn::Vec<decltype(half)> bits;
      asm("vcvtneps2bf16 %1, %0" : "=v"(bits.raw) : "v"(v.raw));
      return bits;
    } else {
      const hn::RebindToSigned<D> wide;
      return hn::DemoteTo(
          half, hn::BitCast(wide, hn::ShiftRight<16>(hn::BitCast(hn::RebindToUnsigned<D>(),
                                                                 rounded_to_bf16(d, v)))));
    }
  }
  template <class D>
  static HWY_INLINE void store(D d, hn::Vec<D> v, void* to, int first, int left) {
    HWY_NAMESPACE::store(hn::Rebind<std::uint16_t, D>(), narrow(d, v),
                         static_cast<std::uint16_t*>(to) + first, left);
  }
  static HWY_INLINE Vector of_word(const Word* p, int k) {
    const auto pairs = load(p);
    return hn::BitCast(
        Floats(), k != 0 ? hn::And(pairs, hn::Set(Bits(), 0xFFFF0000u)) : hn::ShiftLeft<16>(pairs));
  }
  /// A row that is none has a null place, and its values are zeros.
  template <class D>
  static HWY_INLINE void store_both(D d, const hn::Vec<D> (&rows)[2], char* const (&to)[2],
                                    Word* words) {
    const hn::Rebind<std::uint16_t, D> half;
    const hn::RebindToUnsigned<D> wide;
    const auto low = narrow(d, rows[0]), high = narrow(d, rows[1]);
    hn::StoreU(low, half, reinterpret_cast<std::uint16_t*>(to[0]));
    if (to[1]) hn::StoreU(high, half, reinterpret_cast<std::uint16_t*>(to[1]));
    hn::StoreU(hn::Or(hn::PromoteTo(wide, low), hn::ShiftLeft<16>(hn::PromoteTo(wide, high))), wide,
               words);
  }
};

/// Fours of bytes, by AVX512_VNNI.
struct Fours : Whole<std::uint8_t, 128> {
  static HWY_INLINE Sums multiply_add(Sums sum, Right a, Right b) {
    asm("vpdpbusd %2, %1, %0" : "+v"(sum.raw) : "v"(a.raw), "v"(b.raw));
    return sum;
  }
};

#elif HWY_TARGET == HWY_AVX2
/// The same by AVX-VNNI, as it encodes it.
struct Fours : Whole<std::uint8_t, 128> {
  static HWY_INLINE Sums multiply_add(Sums sum, Right a, Right b) {
    asm("%{vex%} vpdpbusd %2, %1, %0" : "+x"(sum.raw) : "x"(a.raw), "x"(b.raw));
    return sum;
  }
};
/// Pairs in 16 bits: a product of bytes would saturate.
struct WholePairs : Whole<std::int16_t, 0> {
  static HWY_INLINE Sums multiply_add(Sums sum, Right a, Right b) {
    return hn::Add(sum, Sums{_mm256_madd_epi16(a.raw, b.raw)});
  }
};

#elif HWY_TARGET == HWY_NEON && HWY_ARCH_ARM_A64
/// Fours of bytes with sign, by the dot product of Armv8.2.
struct Fours : Whole<std::int8_t, 0> {
  static HWY_INLINE Sums multiply_add(Sums sum, Right a, Right b) {
    asm(".arch armv8.2-a+crypto+dotprod\n\tsdot %0.4s, %1.16b, %2.16b"
        : "+w"(sum.raw)
        : "w"(a.raw), "w"(b.raw));
    return sum;
  }
};
#endif
