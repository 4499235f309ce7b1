// AVX-512's operations on vectors of f32, as kernels-inl.h wants them of an Ops. No include guard:
// included inside the namespace and target region of a file of intrinsics.

struct Avx512 {
  using Vector = __m512;
  static constexpr int kLanes = 16;

  static Vector load(const float* p) { return _mm512_loadu_ps(p); }
  static void store(Vector v, float* p) { _mm512_storeu_ps(p, v); }
  static Vector set(float x) { return _mm512_set1_ps(x); }
  static Vector fma(Vector a, Vector b, Vector c) { return _mm512_fmadd_ps(a, b, c); }
  static Vector add(Vector a, Vector b) { return _mm512_add_ps(a, b); }
  static Vector subtract(Vector a, Vector b) { return _mm512_sub_ps(a, b); }
  static Vector multiply(Vector a, Vector b) { return _mm512_mul_ps(a, b); }
  static Vector divide(Vector a, Vector b) { return _mm512_div_ps(a, b); }
  static Vector min(Vector a, Vector b) { return _mm512_min_ps(a, b); }
  static Vector max(Vector a, Vector b) { return _mm512_max_ps(a, b); }
  static Vector round(Vector v) { return _mm512_roundscale_ps(v, 0); }
  static Vector scale(Vector y, Vector whole) { return _mm512_scalef_ps(y, whole); }
  static float reduce(Vector v) { return _mm512_reduce_add_ps(v); }
};
