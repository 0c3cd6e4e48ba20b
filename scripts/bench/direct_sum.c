/* The peer of the direct kernel: Q_abcd = sum over unordered pairs of n_a n_b n_c n_d / r^3, the 15
 * moments, by plain C that the compiler vectorises. Rows are dealt cyclically to the threads. */
#include <math.h>

void direct_sum(long n, const double *x, const double *y, const double *z, double *out,
                int threads) {
  double q[15] = {0};
#pragma omp parallel for num_threads(threads) schedule(static, 8) reduction(+ : q[:15])
  for (long i = 0; i < n - 1; i++) {
    const double xi = x[i], yi = y[i], zi = z[i];
    double q0 = 0, q1 = 0, q2 = 0, q3 = 0, q4 = 0, q5 = 0, q6 = 0, q7 = 0;
    double q8 = 0, q9 = 0, q10 = 0, q11 = 0, q12 = 0, q13 = 0, q14 = 0;
#pragma omp simd reduction(+ : q0, q1, q2, q3, q4, q5, q6, q7, q8, q9, q10, q11, q12, q13, q14)
    for (long j = i + 1; j < n; j++) {
      const double a = xi - x[j], b = yi - y[j], c = zi - z[j];
      const double r2 = a * a + b * b + c * c;
      const double w = 1.0 / (r2 * r2 * r2 * sqrt(r2));
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
