// The matrix product of 32-bit floats.
#ifndef CSIMD_MATMUL_H
#define CSIMD_MATMUL_H

#include <stdbool.h>
#include <stdint.h>

/// `c = scale · a · b`, or `c = scale · (c + a · b)` when `adding`.
///
/// Each element is one chain of fused multiply-adds over k in increasing order, started from 0 or from c. So the result doesn't depend on
/// the tiles' sizes, nor on the width of this CPU's registers.
///
/// All matrices are row-major; `a_stride` and the others are floats from one row to the next. Up to 15 floats past the end of b's
/// last row are read, and not used.
///
/// \param a `[m, k]`, or `[k, m]` when `a_is_transposed`.
/// \param b `[k, n]`.
/// \param c `[m, n]`, written; overlaps neither operand.
void csimd_multiply(
    bool a_is_transposed, intptr_t m, intptr_t n, intptr_t k, const float *a, intptr_t a_stride, const float *b,
    intptr_t b_stride, float *c, intptr_t c_stride, bool adding, float scale);

/// `to = fromᵀ`.
///
/// \param from `[rows, columns]`; up to 15 floats past the end of its last row are read, and not used.
/// \param to `[columns, rows]`, written.
void csimd_transpose(
    intptr_t rows, intptr_t columns, const float *from, intptr_t from_stride, float *to, intptr_t to_stride);

/// Runs `rounds` rounds of independent multiply-adds in registers, the fastest that this CPU can go.
///
/// \returns The operations carried out: two for each multiply-add of each lane.
double csimd_peak(intptr_t rounds);

#endif
