#include "CSIMD.h"

#define INLINE static inline __attribute__((always_inline))
#define UNROLLED _Pragma("clang loop unroll(full)") for

// A tile of c stands in registers while k runs: `rows` × `vectors` of 16 lanes. With 32 registers of 512 bits, the 24 sums of 12 × 2 or
// 6 × 4 leave room for the vectors of b and one element of a. Elsewhere a vector takes two or four registers, and 6 × 1 fit.
#if defined(__AVX512F__)
enum { most_vectors = 4, most_rows = 12 };
#define MOST_ROWS(vectors) ((vectors) == 4 ? 6 : 12)
#else
enum { most_vectors = 1, most_rows = 6 };
#define MOST_ROWS(vectors) 6
#endif

/// `sums + left · right`: a multiply-add of floats or, for `pairs`, two of each lane's pairs of BF16, the second element's first.
INLINE f32x16 multiply_add(const bool pairs, f32x16 left, f32x16 right, f32x16 sums) {
#if defined(__AVX512BF16__)
  if (pairs) return (f32x16)_mm512_dpbf16_ps((__m512)sums, (__m512bh)left, (__m512bh)right);
#endif
  return csimd_fma(left, right, sums);
}

/// One tile. `pairs`, `rows`, `vectors` and `transposed` are constants wherever it is inlined.
///
/// \param columns Columns of c that the tile covers: more than 16 · (vectors − 1), at most 16 · vectors.
INLINE void multiply_tile(
    const bool pairs, const int rows, const int vectors, const bool transposed, intptr_t columns, intptr_t k,
    const float *a, intptr_t a_stride, const float *b, intptr_t b_stride, float *c, intptr_t c_stride, bool adding,
    float scale) {
  f32x16 sums[most_rows][most_vectors];
  const intptr_t last = columns - 16 * (vectors - 1);
  UNROLLED(int row = 0; row < rows; row++) {
    UNROLLED(int vector = 0; vector < vectors; vector++) {
      const float *start = c + row * c_stride + 16 * vector;
      // The tile below will wait for memory otherwise, where c is larger than the cache.
      if (adding) __builtin_prefetch(start + rows * c_stride, 1);
      if (!adding) {
        sums[row][vector] = 0.0f;
      } else if (vector < vectors - 1 || last == 16) {
        sums[row][vector] = csimd_load(start);
      } else {
        sums[row][vector] = csimd_load_first(start, last, 0);
      }
    }
  }
  // Every third row has a pointer; the two after it are one and two strides away, which one address can express.
  const float *every_third[(most_rows + 2) / 3];
  UNROLLED(int group = 0; group < (rows + 2) / 3; group++) every_third[group] = a + 3 * group * a_stride;
#pragma clang loop unroll_count(4)
  for (intptr_t step = 0; step < k; step++) {
    f32x16 right[most_vectors];
    UNROLLED(int vector = 0; vector < vectors; vector++) right[vector] = csimd_load(b + 16 * vector);
    b += b_stride;
    UNROLLED(int row = 0; row < rows; row++) {
      f32x16 left = transposed ? a[row] : every_third[row / 3][(row % 3) * a_stride];
      UNROLLED(int vector = 0; vector < vectors; vector++) {
        sums[row][vector] = multiply_add(pairs, left, right[vector], sums[row][vector]);
      }
    }
    if (transposed) {
      a += a_stride;
      continue;
    }
    UNROLLED(int group = 0; group < (rows + 2) / 3; group++) {
      every_third[group]++;
      // Hides that the pointers are strides apart, at no instruction: the compiler would make one chain of them, read the elements of
      // four steps at once, and keep them in memory for want of registers, which takes half as long again.
      __asm__("" : "+r"(every_third[group]));
    }
  }
  UNROLLED(int row = 0; row < rows; row++) {
    UNROLLED(int vector = 0; vector < vectors; vector++) {
      float *start = c + row * c_stride + 16 * vector;
      f32x16 result = sums[row][vector] * scale;
      if (vector < vectors - 1 || last == 16) {
        csimd_store(result, start);
      } else {
        csimd_store_first(result, start, last);
      }
    }
  }
}

#define ROWS(count)                                                                                                  \
  case count:                                                                                                        \
    multiply_tile(                                                                                                   \
        pairs, count, vectors, transposed, columns, k, a, a_stride, b, b_stride, c, c_stride, adding, scale);        \
    break;

/// One tile of any number of rows.
INLINE void multiply_rows(
    const bool pairs, int rows, const int vectors, const bool transposed, intptr_t columns, intptr_t k, const float *a,
    intptr_t a_stride, const float *b, intptr_t b_stride, float *c, intptr_t c_stride, bool adding, float scale) {
  switch (rows) { ROWS(1) ROWS(2) ROWS(3) ROWS(4) ROWS(5) ROWS(6) }
  if (MOST_ROWS(vectors) == 6) return;
  switch (rows) { ROWS(7) ROWS(8) ROWS(9) ROWS(10) ROWS(11) ROWS(12) }
}

/// All tiles of a strip of at most 16 · `vectors` columns.
INLINE void multiply_strip(
    const bool pairs, const int vectors, const bool transposed, intptr_t columns, intptr_t m, intptr_t k,
    const float *a, intptr_t a_stride, const float *b, intptr_t b_stride, float *c, intptr_t c_stride, bool adding,
    float scale) {
  const intptr_t most = MOST_ROWS(vectors);
  // Tiles of about equal heights: a low one at the end would not fill the multiply-adders.
  intptr_t tiles = (m + most - 1) / most;
  for (intptr_t row = 0; row < m; tiles--) {
    const intptr_t rows = (m - row + tiles - 1) / tiles;
    multiply_rows(
        pairs, (int)rows, vectors, transposed, columns, k, transposed ? a + row : a + row * a_stride, a_stride, b,
        b_stride, c + row * c_stride, c_stride, adding, scale);
    row += rows;
  }
}

/// The vectors of a strip, where `columns` are left.
INLINE int strip_vectors(intptr_t columns, intptr_t k) {
  // A strip of b is read for every tile: four vectors only where it stays in the first-level cache.
  if (most_vectors >= 4 && columns > 48 && k <= 128) return 4;
  return most_vectors >= 2 && columns > 16 ? 2 : 1;
}

#define STRIP(count)                                                                                                 \
  case count:                                                                                                        \
    multiply_strip(                                                                                                  \
        pairs, count, transposed, columns, m, k, a, a_stride, b + column, b_stride, c + column, c_stride, adding,    \
        scale);                                                                                                      \
    break;

/// The whole product, in strips of columns.
INLINE void multiply(
    const bool pairs, const bool transposed, intptr_t m, intptr_t n, intptr_t k, const float *a, intptr_t a_stride,
    const float *b, intptr_t b_stride, float *c, intptr_t c_stride, bool adding, float scale) {
  for (intptr_t column = 0, columns; column < n; column += columns) {
    const int vectors = strip_vectors(n - column, k);
    columns = n - column < 16 * vectors ? n - column : 16 * vectors;
    switch (vectors) {
      STRIP(1)
#if defined(__AVX512F__)
      STRIP(2) STRIP(4)
#endif
    }
  }
}

void csimd_multiply(
    bool a_is_transposed, intptr_t m, intptr_t n, intptr_t k, const float *a, intptr_t a_stride, const float *b,
    intptr_t b_stride, float *c, intptr_t c_stride, bool adding, float scale) {
  if (a_is_transposed) {
    multiply(false, true, m, n, k, a, a_stride, b, b_stride, c, c_stride, adding, scale);
  } else {
    multiply(false, false, m, n, k, a, a_stride, b, b_stride, c, c_stride, adding, scale);
  }
}

// MARK: Pairs of BF16

#if defined(__AVX512BF16__)
const bool csimd_has_pairs = true;

void csimd_multiply_pairs(
    bool a_is_transposed, intptr_t m, intptr_t n, intptr_t k, const float *a, intptr_t a_stride, const float *b,
    intptr_t b_stride, float *c, intptr_t c_stride, bool adding, float scale) {
  if (a_is_transposed) {
    multiply(true, true, m, n, k, a, a_stride, b, b_stride, c, c_stride, adding, scale);
  } else {
    multiply(true, false, m, n, k, a, a_stride, b, b_stride, c, c_stride, adding, scale);
  }
}

/// The first `count` (0 to 15) floats, then zeros.
INLINE __m512 load_first(const float *from, intptr_t count) { return (__m512)csimd_load_first(from, count, 0); }

void csimd_pair_columns(
    intptr_t rows, intptr_t columns, const float *from, intptr_t from_stride, float *to, intptr_t to_stride) {
  for (intptr_t row = 0; row < rows; row++, from += from_stride, to += to_stride) {
    intptr_t column = 0;
    for (; column + 32 <= columns; column += 32) {
      const float *start = from + column;
      csimd_store(
          (f32x16)_mm512_cvtne2ps_pbh((__m512)csimd_load(start + 16), (__m512)csimd_load(start)), to + column / 2);
    }
    if (column == columns) continue;
    const intptr_t left = columns - column;
    const __m512 low = left >= 16 ? (__m512)csimd_load(from + column) : load_first(from + column, left);
    const __m512 high = left > 16 ? load_first(from + column + 16, left - 16) : _mm512_setzero_ps();
    csimd_store((f32x16)_mm512_cvtne2ps_pbh(high, low), to + column / 2);
  }
}

/// Pairs of 16 floats each.
INLINE f32x16 paired(__m512 first, __m512 second) {
  const __m512i order = _mm512_set_epi16(
      31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1,
      16, 0);
  return (f32x16)_mm512_permutexvar_epi16(order, (__m512i)_mm512_cvtne2ps_pbh(second, first));
}

/// Pairs of two rows, or of a row and zeros.
INLINE void pair_row(const bool is_single, intptr_t columns, const float *first, const float *second, float *to) {
  intptr_t column = 0;
  for (; column + 16 <= columns; column += 16) {
    const __m512 below = is_single ? _mm512_setzero_ps() : (__m512)csimd_load(second + column);
    csimd_store(paired((__m512)csimd_load(first + column), below), to + column);
  }
  if (column == columns) return;
  const intptr_t left = columns - column;
  const __m512 below = is_single ? _mm512_setzero_ps() : load_first(second + column, left);
  csimd_store(paired(load_first(first + column, left), below), to + column);
}

void csimd_pair_rows(
    intptr_t rows, intptr_t columns, const float *from, intptr_t from_stride, float *to, intptr_t to_stride) {
  for (; rows > 1; rows -= 2, from += 2 * from_stride, to += to_stride) {
    pair_row(false, columns, from, from + from_stride, to);
  }
  if (rows == 1) pair_row(true, columns, from, from, to);
}
#else
const bool csimd_has_pairs = false;

// Nothing asks for them then.
void csimd_multiply_pairs(
    bool a_is_transposed, intptr_t m, intptr_t n, intptr_t k, const float *a, intptr_t a_stride, const float *b,
    intptr_t b_stride, float *c, intptr_t c_stride, bool adding, float scale) {
  __builtin_trap();
}

void csimd_pair_columns(
    intptr_t rows, intptr_t columns, const float *from, intptr_t from_stride, float *to, intptr_t to_stride) {
  __builtin_trap();
}

void csimd_pair_rows(
    intptr_t rows, intptr_t columns, const float *from, intptr_t from_stride, float *to, intptr_t to_stride) {
  __builtin_trap();
}
#endif

// MARK: Transposition

/// Swaps the off-diagonal blocks of `size` × `size` lanes between rows `size` apart.
#define EXCHANGE(size, low, high)                                                                                    \
  UNROLLED(int row = 0; row < 16; row++) {                                                                           \
    if ((row & size) == 0) {                                                                                         \
      f32x16 above = block[row], below = block[row + size];                                                          \
      block[row] = __builtin_shufflevector(above, below, low);                                                       \
      block[row + size] = __builtin_shufflevector(above, below, high);                                               \
    }                                                                                                                \
  }

#define LOW1 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30
#define HIGH1 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31
#define LOW2 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29
#define HIGH2 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31
#define LOW4 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27
#define HIGH4 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31
#define LOW8 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23
#define HIGH8 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31

void csimd_transpose(
    intptr_t rows, intptr_t columns, const float *from, intptr_t from_stride, float *to, intptr_t to_stride) {
  for (intptr_t top = 0; top < rows; top += 16) {
    const intptr_t height = rows - top < 16 ? rows - top : 16;
    for (intptr_t left = 0; left < columns; left += 16) {
      const intptr_t width = columns - left < 16 ? columns - left : 16;
      f32x16 block[16];
      UNROLLED(int row = 0; row < 16; row++) {
        block[row] = row < height ? csimd_load(from + (top + row) * from_stride + left) : (f32x16)0.0f;
      }
      EXCHANGE(1, LOW1, HIGH1)
      EXCHANGE(2, LOW2, HIGH2)
      EXCHANGE(4, LOW4, HIGH4)
      EXCHANGE(8, LOW8, HIGH8)
      UNROLLED(int row = 0; row < 16; row++) {
        if (row >= width) continue;
        float *start = to + (left + row) * to_stride + top;
        if (height == 16) {
          csimd_store(block[row], start);
        } else {
          csimd_store_first(block[row], start, height);
        }
      }
    }
  }
}

// MARK: Measuring

double csimd_peak(intptr_t rounds) {
  enum { chains = most_vectors > 1 ? 24 : 6 };
  f32x16 sums[chains];
  UNROLLED(int chain = 0; chain < chains; chain++) sums[chain] = (float)chain;
  f32x16 factor = 0.999f, addend = 0.001f;
  for (intptr_t round = 0; round < rounds; round++) {
    UNROLLED(int chain = 0; chain < chains; chain++) sums[chain] = csimd_fma(sums[chain], factor, addend);
    // Keeps the compiler from folding rounds together, at no instruction.
    __asm__ volatile("" : "+m"(*(char *)&round));
  }
  f32x16 total = 0.0f;
  UNROLLED(int chain = 0; chain < chains; chain++) total += sums[chain];
  volatile float sink = csimd_sum(total);
  (void)sink;
  return 2.0 * 16 * chains * (double)rounds;
}
