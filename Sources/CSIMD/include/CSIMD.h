// The 16-lane vector operations that Swift's own SIMD types carry out lane by lane.
//
// Every function is a handful of clang builtins, so that it becomes single instructions on any CPU
// the module is compiled for: one 512-bit, two 256-bit or four 128-bit registers.
#ifndef CSIMD_H
#define CSIMD_H

#include <stdint.h>
#include <string.h>

#include "Matmul.h"
#if defined(__AVX512F__)
#include <immintrin.h>
#endif

// Vectors wider than the CPU's registers change how a call passes them; every call here is inlined.
#pragma clang diagnostic ignored "-Wpsabi"

typedef float f32x16 __attribute__((ext_vector_type(16)));
typedef int32_t i32x16 __attribute__((ext_vector_type(16)));
typedef uint32_t u32x16 __attribute__((ext_vector_type(16)));
typedef uint64_t u64x8 __attribute__((ext_vector_type(8)));

/// What this is compiled for: a level of x86-64 at which the code changes, or another architecture; and the flags
/// in `/proc/cpuinfo` of the CPUs that have it.
#if defined(__AVX512F__)
#define CSIMD_INSTRUCTION_SET "x86-64-v4"
#define CSIMD_CPU_FLAGS "avx2 fma avx512f"
#elif defined(__AVX2__) && defined(__FMA__)
#define CSIMD_INSTRUCTION_SET "x86-64-v3"
#define CSIMD_CPU_FLAGS "avx2 fma"
#elif defined(__x86_64__)
#define CSIMD_INSTRUCTION_SET "x86-64"
#define CSIMD_CPU_FLAGS ""
#elif defined(__aarch64__)
#define CSIMD_INSTRUCTION_SET "aarch64"
#define CSIMD_CPU_FLAGS ""
#else
#define CSIMD_INSTRUCTION_SET "unknown"
#define CSIMD_CPU_FLAGS ""
#endif

#define INLINE static inline __attribute__((always_inline))
#define NAMED(name) __attribute__((swift_name(name)))

static const i32x16 csimd_lanes = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

// MARK: Memory

/// Reads 16 floats from an address of any alignment.
INLINE NAMED("loadVector(_:)") f32x16 csimd_load(const float *from) {
  f32x16 vector;
  memcpy(&vector, from, sizeof vector);
  return vector;
}

/// Reads `count` (1 to 15) floats; the other lanes are `padding`.
INLINE NAMED("loadVector(_:first:padding:)") f32x16
csimd_load_first(const float *from, intptr_t count, float padding) {
#if defined(__AVX512F__)
  __m512 vector = _mm512_mask_loadu_ps(_mm512_set1_ps(padding), (__mmask16)((1u << count) - 1), from);
  return (f32x16)vector;
#else
  f32x16 vector = padding;
  for (intptr_t lane = 0; lane < count; lane++) vector[lane] = from[lane];
  return vector;
#endif
}

/// Writes 16 floats to an address of any alignment.
INLINE NAMED("storeVector(_:to:)") void csimd_store(f32x16 vector, float *to) {
  memcpy(to, &vector, sizeof vector);
}

/// Writes the first `count` (1 to 15) lanes.
INLINE NAMED("storeVector(_:to:first:)") void csimd_store_first(f32x16 vector, float *to, intptr_t count) {
#if defined(__AVX512F__)
  _mm512_mask_storeu_ps(to, (__mmask16)((1u << count) - 1), (__m512)vector);
#else
  for (intptr_t lane = 0; lane < count; lane++) to[lane] = vector[lane];
#endif
}

// MARK: Arithmetic

/// `a * b + c`, rounded once.
INLINE NAMED("multiplyAdd(_:_:_:)") f32x16 csimd_fma(f32x16 a, f32x16 b, f32x16 c) {
  return __builtin_elementwise_fma(a, b, c);
}

/// The larger of each two lanes.
INLINE NAMED("maximum(_:_:)") f32x16 csimd_max(f32x16 a, f32x16 b) { return __builtin_elementwise_max(a, b); }

/// The smaller of each two lanes.
INLINE NAMED("minimum(_:_:)") f32x16 csimd_min(f32x16 a, f32x16 b) { return __builtin_elementwise_min(a, b); }

/// Each lane without its sign.
INLINE NAMED("magnitude(_:)") f32x16 csimd_abs(f32x16 a) { return __builtin_elementwise_abs(a); }

/// The square root of each lane.
INLINE NAMED("squareRoot(_:)") f32x16 csimd_sqrt(f32x16 a) { return __builtin_elementwise_sqrt(a); }

/// Each lane rounded to the nearest integer, halves to even.
INLINE NAMED("roundedToEven(_:)") f32x16 csimd_round(f32x16 a) { return __builtin_elementwise_roundeven(a); }

/// `a` with two to the power of the integer `n` multiplied in through its exponent bits.
INLINE NAMED("scale(_:byTwoTo:)") f32x16 csimd_scale(f32x16 a, f32x16 n) {
  i32x16 exponent = __builtin_convertvector(n, i32x16) << 23;
  i32x16 bits = (i32x16)a + exponent;
  return (f32x16)bits;
}

/// The sum of the lanes, halves folded on halves.
INLINE NAMED("sum(_:)") float csimd_sum(f32x16 a) {
  typedef float f32x8 __attribute__((ext_vector_type(8)));
  typedef float f32x4 __attribute__((ext_vector_type(4)));
  f32x8 eight = a.lo + a.hi;
  f32x4 four = eight.lo + eight.hi;
  return (four.x + four.z) + (four.y + four.w);
}

/// The largest lane, halves folded on halves: the compiler's own reduction goes from lane to lane.
INLINE NAMED("largest(_:)") float csimd_reduce_max(f32x16 a) {
  typedef float f32x8 __attribute__((ext_vector_type(8)));
  typedef float f32x4 __attribute__((ext_vector_type(4)));
  typedef float f32x2 __attribute__((ext_vector_type(2)));
  f32x8 eight = __builtin_elementwise_max(a.lo, a.hi);
  f32x4 four = __builtin_elementwise_max(eight.lo, eight.hi);
  f32x2 two = __builtin_elementwise_max(four.lo, four.hi);
  return __builtin_elementwise_max(two.x, two.y);
}

// MARK: Choice

/// Lane by lane `whenLess` where `a < b`, else `otherwise`; a NaN is not less.
INLINE NAMED("select(_:isLessThan:then:otherwise:)") f32x16
csimd_select_less(f32x16 a, f32x16 b, f32x16 whenLess, f32x16 otherwise) {
  return a < b ? whenLess : otherwise;
}

/// `result`, but `input` where that is NaN.
INLINE NAMED("keepNaN(of:in:)") f32x16 csimd_keep_nan(f32x16 input, f32x16 result) {
  return input == input ? result : input;
}

/// The lanes of `a` whose bit in `mask` is set; the others are 0.
INLINE NAMED("keepLanes(_:of:)") f32x16 csimd_keep(uint16_t mask, f32x16 a) {
#if defined(__AVX512F__)
  return (f32x16)_mm512_maskz_mov_ps(mask, (__m512)a);
#else
  i32x16 bits = ((i32x16)(int32_t)mask >> csimd_lanes) & 1;
  return (bits != 0) ? a : (f32x16)0.0f;
#endif
}

/// `a`, negated in the lanes whose bit in `mask` is 0.
INLINE NAMED("negate(_:unlessIn:)") f32x16 csimd_negate_unless(f32x16 a, uint16_t mask) {
#if defined(__AVX512F__)
  __m512i sign = _mm512_maskz_set1_epi32((__mmask16)~mask, (int)0x80000000);
  return (f32x16)((i32x16)a ^ (i32x16)sign);
#else
  i32x16 bits = ((i32x16)(int32_t)mask >> csimd_lanes) & 1;
  return (bits != 0) ? a : -a;
#endif
}

/// How many of the first `count` lanes of `a` are greater than `b`.
INLINE NAMED("countLanes(_:greaterThan:first:)") intptr_t
csimd_count_greater(f32x16 a, f32x16 b, intptr_t count) {
  i32x16 hits = (a > b) & (csimd_lanes < (i32x16)(int32_t)count);
  return -(intptr_t)__builtin_reduce_add(hits);
}

/// How many of the first `count` lanes of `a` equal `b`.
INLINE NAMED("countLanes(_:equalTo:first:)") intptr_t
csimd_count_equal(f32x16 a, f32x16 b, intptr_t count) {
  i32x16 hits = (a == b) & (csimd_lanes < (i32x16)(int32_t)count);
  return -(intptr_t)__builtin_reduce_add(hits);
}

// MARK: Random bits

/// The high 32 bits of `a * b`.
INLINE u32x16 csimd_high_product(u32x16 a, uint32_t b) {
  u64x8 pairs = (u64x8)a;
  u64x8 even = (pairs & 0xffffffffu) * (uint64_t)b;
  u64x8 odd = (pairs >> 32) * (uint64_t)b;
  u64x8 high = (even >> 32) | (odd & 0xffffffff00000000u);
  return (u32x16)high;
}

/// A bit for each lane whose low (`shift` 0) or high (16) 16 bits are at least `threshold`.
INLINE uint16_t csimd_at_least(u32x16 words, int shift, uint32_t threshold) {
  typedef _Bool b16 __attribute__((ext_vector_type(16)));
  b16 hits = __builtin_convertvector(((words >> shift) & 0xffffu) >= threshold, b16);
  uint16_t bits;
  memcpy(&bits, &hits, sizeof bits);
  return bits;
}

/// Eight words of 16 bits each that say which of 128 elements dropout keeps.
///
/// The elements' random bits are the halves of the words of Philox 4x32-10 for the counters `(first + lane, c1, c2, c3)` under the
/// key `(k0, k1)`: word 2i has the low halves of Philox's word i, word 2i + 1 the high ones, a bit for each lane. An element is kept
/// when its 16 bits are at least `threshold`.
///
/// Source: Salmon et al., Parallel Random Numbers: As Easy as 1, 2, 3, 2011, section 4.3.
INLINE NAMED("drawKeptLanes(first:_:_:_:key:_:threshold:into:)") void csimd_kept_lanes(
    uint32_t first, uint32_t c1, uint32_t c2, uint32_t c3, uint32_t k0, uint32_t k1, uint32_t threshold,
    uint16_t *kept) {
  u32x16 x0 = (u32x16)csimd_lanes + first, x1 = c1, x2 = c2, x3 = c3;
  for (int round = 0; round < 10; round++) {
    u32x16 high0 = csimd_high_product(x0, 0xD2511F53u), low0 = x0 * 0xD2511F53u;
    u32x16 high1 = csimd_high_product(x2, 0xCD9E8D57u), low1 = x2 * 0xCD9E8D57u;
    x0 = high1 ^ x1 ^ k0;
    x1 = low1;
    x2 = high0 ^ x3 ^ k1;
    x3 = low0;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  kept[0] = csimd_at_least(x0, 0, threshold);
  kept[1] = csimd_at_least(x0, 16, threshold);
  kept[2] = csimd_at_least(x1, 0, threshold);
  kept[3] = csimd_at_least(x1, 16, threshold);
  kept[4] = csimd_at_least(x2, 0, threshold);
  kept[5] = csimd_at_least(x2, 16, threshold);
  kept[6] = csimd_at_least(x3, 0, threshold);
  kept[7] = csimd_at_least(x3, 16, threshold);
}

#undef INLINE
#undef NAMED
#endif
