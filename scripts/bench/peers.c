/* Peers of the direct kernel: Q_abcd = sum over ordered pairs of n_a n_b n_c n_d / r^3, 15 moments, by C.
 * direct_simd: plain C that the compiler vectorises. direct_avx512: intrinsics, two iterations in
 * flight (the weights of one vector are on their way while the one before is added up).
 * fma_peak: multiply-adds a second, in registers only. Rows are dealt cyclically to the threads. */
#include <math.h>

static inline void add_pair(const double *x, const double *y, const double *z, long i, long j, double *q) {
  const double a = x[i] - x[j], b = y[i] - y[j], c = z[i] - z[j];
  const double r2 = a * a + b * b + c * c, r4 = r2 * r2, w = sqrt(r2) / (r4 * r4);
  const double aa = a * a, bb = b * b, cc = c * c, ab = a * b, ac = a * c, bc = b * c;
  q[0] += w * aa * aa; q[1] += w * aa * ab; q[2] += w * aa * ac; q[3] += w * aa * bb; q[4] += w * aa * bc;
  q[5] += w * aa * cc; q[6] += w * ab * bb; q[7] += w * ab * bc; q[8] += w * ab * cc; q[9] += w * ac * cc;
  q[10] += w * bb * bb; q[11] += w * bb * bc; q[12] += w * bb * cc; q[13] += w * bc * cc; q[14] += w * cc * cc;
}

void direct_simd(long n, const double *x, const double *y, const double *z, double *out, int threads) {
  double q[15] = {0};
#pragma omp parallel for num_threads(threads) schedule(static, 8) reduction(+ : q[:15])
  for (long i = 0; i < n - 1; i++) {
    const double xi = x[i], yi = y[i], zi = z[i];
    double q0 = 0, q1 = 0, q2 = 0, q3 = 0, q4 = 0, q5 = 0, q6 = 0, q7 = 0;
    double q8 = 0, q9 = 0, q10 = 0, q11 = 0, q12 = 0, q13 = 0, q14 = 0;
#pragma omp simd reduction(+ : q0, q1, q2, q3, q4, q5, q6, q7, q8, q9, q10, q11, q12, q13, q14)
    for (long j = i + 1; j < n; j++) {
      const double a = xi - x[j], b = yi - y[j], c = zi - z[j];
      const double r2 = a * a + b * b + c * c, r4 = r2 * r2, w = sqrt(r2) / (r4 * r4);
      const double aa = a * a, bb = b * b, cc = c * c, ab = a * b, ac = a * c, bc = b * c;
      const double waa = w * aa, wbb = w * bb, wcc = w * cc;
      q0 += waa * aa; q1 += waa * ab; q2 += waa * ac; q3 += waa * bb; q4 += waa * bc;
      q5 += waa * cc; q6 += wbb * ab; q7 += wbb * ac; q8 += wcc * ab; q9 += wcc * ac;
      q10 += wbb * bb; q11 += wbb * bc; q12 += wbb * cc; q13 += wcc * bc; q14 += wcc * cc;
    }
    const double row[15] = {q0, q1, q2, q3, q4, q5, q6, q7, q8, q9, q10, q11, q12, q13, q14};
    for (int k = 0; k < 15; k++) q[k] += row[k];
  }
  for (int k = 0; k < 15; k++) out[k] = 2.0 * q[k];
}

#ifdef __AVX512F__
#include <immintrin.h>
#define MUL _mm512_mul_pd
#define FMA _mm512_fmadd_pd
#define LOAD(a, b, c, w)                                                                             \
  const __m512d a##_ = _mm512_sub_pd(xi, _mm512_loadu_pd(x + j)), b##_ = _mm512_sub_pd(yi, _mm512_loadu_pd(y + j)); \
  const __m512d c##_ = _mm512_sub_pd(zi, _mm512_loadu_pd(z + j));                                    \
  const __m512d r2 = _mm512_add_pd(_mm512_add_pd(MUL(a##_, a##_), MUL(b##_, b##_)), MUL(c##_, c##_)), r4 = MUL(r2, r2); \
  const __m512d w##_ = _mm512_div_pd(_mm512_sqrt_pd(r2), MUL(r4, r4));
#define ADD                                                                                          \
  {                                                                                                  \
    const __m512d aa = MUL(a, a), bb = MUL(b, b), cc = MUL(c, c), ab = MUL(a, b), ac = MUL(a, c), bc = MUL(b, c); \
    const __m512d waa = MUL(w, aa), wbb = MUL(w, bb), wcc = MUL(w, cc);                              \
    q0 = FMA(waa, aa, q0); q1 = FMA(waa, ab, q1); q2 = FMA(waa, ac, q2); q3 = FMA(waa, bb, q3);      \
    q4 = FMA(waa, bc, q4); q5 = FMA(waa, cc, q5); q6 = FMA(wbb, ab, q6); q7 = FMA(wbb, ac, q7);      \
    q8 = FMA(wcc, ab, q8); q9 = FMA(wcc, ac, q9); q10 = FMA(wbb, bb, q10); q11 = FMA(wbb, bc, q11);  \
    q12 = FMA(wbb, cc, q12); q13 = FMA(wcc, bc, q13); q14 = FMA(wcc, cc, q14);                       \
  }
void direct_avx512(long n, const double *x, const double *y, const double *z, double *out, int threads) {
  double total[15] = {0};
#pragma omp parallel for num_threads(threads) schedule(static, 8) reduction(+ : total[:15])
  for (long i = 0; i < n - 1; i++) {
    const __m512d xi = _mm512_set1_pd(x[i]), yi = _mm512_set1_pd(y[i]), zi = _mm512_set1_pd(z[i]);
    __m512d q0, q1, q2, q3, q4, q5, q6, q7, q8, q9, q10, q11, q12, q13, q14;
    q0 = q1 = q2 = q3 = q4 = q5 = q6 = q7 = q8 = q9 = q10 = q11 = q12 = q13 = q14 = _mm512_setzero_pd();
    long j = i + 1;
    if (j + 8 <= n) {
      __m512d a, b, c, w;
      { LOAD(a, b, c, w) a = a_; b = b_; c = c_; w = w_; }
      for (j += 8; j + 8 <= n; j += 8) {
        LOAD(a, b, c, w)
        ADD
        a = a_; b = b_; c = c_; w = w_;
      }
      ADD
    }
    const __m512d v[15] = {q0, q1, q2, q3, q4, q5, q6, q7, q8, q9, q10, q11, q12, q13, q14};
    double row[15];
    for (int k = 0; k < 15; k++) row[k] = _mm512_reduce_add_pd(v[k]);
    for (; j < n; j++) add_pair(x, y, z, i, j, row);
    for (int k = 0; k < 15; k++) total[k] += row[k];
  }
  for (int k = 0; k < 15; k++) out[k] = 2.0 * total[k];
}

double fma_peak(long turns, int threads) { /* flops of one call; each turn is 16 independent vectors */
  double sum = 0;
#pragma omp parallel for num_threads(threads) reduction(+ : sum)
  for (int t = 0; t < threads; t++) {
    __m512d a[16];
    const __m512d m = _mm512_set1_pd(0.999999), c = _mm512_set1_pd(1e-9 + t);
    for (int k = 0; k < 16; k++) a[k] = _mm512_set1_pd(1e-3 * k);
    for (long i = 0; i < turns; i++)
#pragma GCC unroll 16
      for (int k = 0; k < 16; k++) a[k] = FMA(a[k], m, c);
    for (int k = 0; k < 16; k++) sum += _mm512_reduce_add_pd(a[k]);
  }
  return sum == 0.5 ? 0.0 : 16.0 * 8.0 * 2.0 * turns * threads;
}
#endif
