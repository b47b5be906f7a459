// The matrix product, of 32-bit floats or of pairs of BF16.
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

/// Whether this is compiled for `avx512_bf16`, without which none of the functions for pairs may be called.
extern const bool csimd_has_pairs;

/// `csimd_multiply` with operands of pairs of BF16, each in the place of a float.
///
/// A step of k is a step of pairs. Each element adds the product of the pairs' second elements, then that of the first, each rounded to a
/// float. Numbers below the least normal one count as 0.
///
/// \param a `[m, k]` pairs of neighbors in a row, or `[k, m]` pairs of neighbors in a column when `a_is_transposed`.
/// \param b `[k, n]` pairs of neighbors in a column.
void csimd_multiply_pairs(
    bool a_is_transposed, intptr_t m, intptr_t n, intptr_t k, const float *a, intptr_t a_stride, const float *b,
    intptr_t b_stride, float *c, intptr_t c_stride, bool adding, float scale);

/// Rounds to BF16, to the nearest and halves to even, with pairs of neighbors in a row; a single last one has a 0.
///
/// \param from `[rows, columns]`.
/// \param to `[rows, columns / 2 rounded up]`, written, with the following pairs up to a multiple of 16 in each row.
void csimd_pair_columns(
    intptr_t rows, intptr_t columns, const float *from, intptr_t from_stride, float *to, intptr_t to_stride);

/// Likewise, with pairs of neighbors in a column.
///
/// \param from `[rows, columns]`.
/// \param to `[rows / 2 rounded up, columns]`, written, with the following pairs up to a multiple of 16 in each row.
void csimd_pair_rows(
    intptr_t rows, intptr_t columns, const float *from, intptr_t from_stride, float *to, intptr_t to_stride);

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
