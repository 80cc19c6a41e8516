// Makes a host name canonical, 16 or 32 bytes at a time.
//
// The name is looked at from its end: the last byte stands in the last lane, the lanes in front of
// the first byte are zero. For each block this gives the bytes that no name may have, the dots, the
// text in lower case, and the codes: 6 bits a byte (its bits 0 to 4 and 6, which tell all 38 bytes of
// canonical names apart and small letters from capitals not), the last byte of the name in the lowest
// bits. What the blocks have in common is at the end of this file.
#define _GNU_SOURCE
#include "include/cnames.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void cn_prefer_huge_pages(void *start, size_t count) { (void)madvise(start, count, MADV_HUGEPAGE); }

#if defined(__x86_64__) || defined(__aarch64__)
#define CN_HAS_VECTORS 1

// A byte is in a name if the entries of its two halves share a bit. 1: `-` and `.`; 2: digits;
// 4: A to O, a to o; 8: P to Z and `_`; 16: p to z.
#define CN_LOW_CLASSES                                                                     \
  {                                                                                        \
    26, 30, 30, 30, 30, 30, 30, 30, 30, 30, 28, 4, 4, 5, 5, 12                             \
  }
#define CN_HIGH_CLASSES                                                                    \
  {                                                                                        \
    0, 0, 1, 2, 4, 8, 4, 16, 0, 0, 0, 0, 0, 0, 0, 0                                        \
  }
// What makes a letter small, by the upper half; `_` is an exception.
#define CN_CASE_BITS                                                                       \
  {                                                                                        \
    0, 0, 0, 0, 0x20, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0                                   \
  }
// The three low bytes of four lanes, the last lane first.
#define CN_GATHER                                                                          \
  {                                                                                        \
    12, 13, 14, 8, 9, 10, 4, 5, 6, 0, 1, 2, 0x80, 0x80, 0x80, 0x80                         \
  }

static const uint8_t low_classes[16] __attribute__((aligned(16))) = CN_LOW_CLASSES;
static const uint8_t high_classes[16] __attribute__((aligned(16))) = CN_HIGH_CLASSES;
static const uint8_t case_bits[16] __attribute__((aligned(16))) = CN_CASE_BITS;
static const uint8_t gather[16] __attribute__((aligned(16))) = CN_GATHER;
// From offset n on: an order that moves the first n of 16 bytes to the end, behind zeros.
static const uint8_t shift_orders[32] = {
    0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
    0,    1,    2,    3,    4,    5,    6,    7,    8,    9,    10,   11,   12,   13,   14,   15};

static inline uint64_t load8(const uint8_t *bytes) {
  uint64_t word;
  memcpy(&word, bytes, 8);
  return word;
}

static inline uint64_t load4(const uint8_t *bytes) {
  uint32_t word;
  memcpy(&word, bytes, 4);
  return word;
}

// The bytes of a name of 1 to 15, the last in the highest place of `high`.
static inline void load_short(const uint8_t *name, size_t count, uint64_t *low, uint64_t *high) {
  if (count >= 8) {
    *high = load8(name + count - 8);
    *low = count == 8 ? 0 : load8(name) << (16 - count) * 8;
    return;
  }
  *low = 0;
  if (count >= 4) {
    *high = load4(name + count - 4) << 32 | (load4(name) << (8 - count) * 8 & 0xffffffff);
    return;
  }
  uint64_t word = 0;
  for (size_t i = 0; i < count; i++) word = word >> 8 | (uint64_t)name[i] << 56;
  *high = word;
}

// What remains to be said of a name of `count` bytes, 1 to 64, whose bytes are all allowed. `dots`
// has the last byte in bit 63. Stores the dots, with one more in front of the name, and returns what
// cn_take does. `labels_end` counts leading zeros.
static inline __attribute__((always_inline)) int finish(
    uint8_t *key, const uint8_t *name, size_t count, uint64_t dots) {
  // No label is empty: no two dots in a row, none at the end, none at the start.
  if ((dots & dots << 1) | dots >> 63 | (dots >> (64 - count) & 1)) return 0;
  if (dots == 0 && count == 64) return 0;
  size_t last = dots == 0 ? count : (size_t)__builtin_clzll(dots);
  if ((uint8_t)(name[count - last] - '0') < 10) return 0;
  uint64_t front = count < 64 ? UINT64_C(1) << (63 - count) : 0;
  uint64_t all = dots | front;
  memcpy(key + CN_DOTS, &all, 8);
  return (int)count;
}

static inline __attribute__((always_inline)) void store_words(
    uint8_t *key, size_t first, uint64_t low_codes, uint64_t low_rest, uint64_t high_codes,
    uint64_t high_rest) {
  // Two groups of 96 bits each, the group of the later bytes first.
  uint64_t words[3] = {low_codes, low_rest | high_codes << 32, high_codes >> 32 | high_rest << 32};
  memcpy(key + first * 8, words, sizeof words);
}
#endif

#if defined(__x86_64__)
#include <immintrin.h>

#define CN_SSSE3_CODE __attribute__((target("ssse3")))
#define CN_AVX2_CODE __attribute__((target("avx2,bmi,lzcnt")))

// 16 bytes of the name: the last 16, or fewer behind zeros.
static inline CN_SSSE3_CODE __m128i aligned16(const uint8_t *name, size_t count) {
  if (count >= 16) return _mm_loadu_si128((const __m128i *)(name + count - 16));
  uint64_t low, high;
  load_short(name, count, &low, &high);
  return _mm_set_epi64x((long long)high, (long long)low);
}

typedef struct {
  uint32_t wrong, dots;
  uint64_t codes, rest;
} block16;

static inline CN_SSSE3_CODE __attribute__((always_inline)) block16
look16(__m128i bytes, uint8_t *text) {
  const __m128i halves = _mm_set1_epi8(0x0f);
  __m128i upper = _mm_and_si128(_mm_srli_epi16(bytes, 4), halves);
  __m128i classes =
      _mm_and_si128(_mm_shuffle_epi8(_mm_load_si128((const __m128i *)low_classes), bytes),
                    _mm_shuffle_epi8(_mm_load_si128((const __m128i *)high_classes), upper));
  __m128i small = _mm_andnot_si128(
      _mm_cmpeq_epi8(bytes, _mm_set1_epi8('_')),
      _mm_shuffle_epi8(_mm_load_si128((const __m128i *)case_bits), upper));
  _mm_storeu_si128((__m128i *)text, _mm_or_si128(bytes, small));

  __m128i codes = _mm_or_si128(
      _mm_and_si128(bytes, _mm_set1_epi8(0x1f)),
      _mm_and_si128(_mm_srli_epi16(bytes, 1), _mm_set1_epi8(0x20)));
  codes = _mm_maddubs_epi16(codes, _mm_set1_epi16(0x0140));
  codes = _mm_madd_epi16(codes, _mm_set1_epi32(0x00011000));
  codes = _mm_shuffle_epi8(codes, _mm_load_si128((const __m128i *)gather));
  block16 block;
  block.wrong = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(classes, _mm_setzero_si128()));
  block.dots = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('.')));
  block.codes = (uint64_t)_mm_cvtsi128_si64(codes);
  block.rest = (uint64_t)_mm_cvtsi128_si64(_mm_unpackhi_epi64(codes, codes));
  return block;
}

static CN_SSSE3_CODE int take_ssse3(uint8_t *key, const uint8_t *name, size_t count) {
  if (count == 0) return 0;
  count -= name[count - 1] == '.';
  if (count - 1 > 63) return 0;
  uint64_t wrong = 0, dots = 0;
  // Pairs of blocks, from the end of the name.
  for (size_t pair = 0; pair * 32 < count; pair++) {
    size_t left = count - pair * 32;
    uint8_t *text = key + CN_TEXT_END - pair * 32 - 16;
    block16 last = look16(aligned16(name, left), text);
    block16 first = {0xffff, 0, 0, 0};
    if (left > 16) {
      size_t more = left - 16 < 16 ? left - 16 : 16;
      // The bytes in front of the last 16: there are at least 17 in all, so that 16 can be loaded.
      __m128i order = _mm_loadu_si128((const __m128i *)(shift_orders + more));
      const uint8_t *start = left >= 32 ? name + left - 32 : name;
      first = look16(
          _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)start), order), text - 16);
    }
    wrong |= (uint64_t)(first.wrong | last.wrong << 16) << (32 - pair * 32);
    dots |= (uint64_t)(first.dots | last.dots << 16) << (32 - pair * 32);
    store_words(key, pair * 3, last.codes, last.rest, first.codes, first.rest);
  }
  if (wrong >> (64 - count)) return 0;
  if (count <= 32) memset(key + 24, 0, 8);
  return finish(key, name, count, dots);
}

static inline CN_AVX2_CODE __attribute__((always_inline)) __m256i
aligned32(const uint8_t *name, size_t count) {
  if (count >= 16) {
    // 16 bytes from the start, those of them that the last 16 do not hold at the end.
    __m128i order = _mm_loadu_si128((const __m128i *)(shift_orders + count - 16));
    __m128i first = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)name), order);
    __m128i last = _mm_loadu_si128((const __m128i *)(name + count - 16));
    return _mm256_inserti128_si256(_mm256_castsi128_si256(first), last, 1);
  }
  uint64_t low, high;
  load_short(name, count, &low, &high);
  return _mm256_set_epi64x((long long)high, (long long)low, 0, 0);
}

typedef struct {
  uint32_t wrong, dots;
} block32;

static inline CN_AVX2_CODE __attribute__((always_inline)) block32
look32(__m256i bytes, uint8_t *text, uint8_t *key, size_t word) {
  const __m256i low = _mm256_broadcastsi128_si256(_mm_load_si128((const __m128i *)low_classes));
  const __m256i high = _mm256_broadcastsi128_si256(_mm_load_si128((const __m128i *)high_classes));
  const __m256i cases = _mm256_broadcastsi128_si256(_mm_load_si128((const __m128i *)case_bits));
  const __m256i order = _mm256_broadcastsi128_si256(_mm_load_si128((const __m128i *)gather));
  __m256i upper = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(0x0f));
  __m256i classes =
      _mm256_and_si256(_mm256_shuffle_epi8(low, bytes), _mm256_shuffle_epi8(high, upper));
  __m256i small = _mm256_andnot_si256(
      _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('_')), _mm256_shuffle_epi8(cases, upper));
  _mm256_storeu_si256((__m256i *)text, _mm256_or_si256(bytes, small));

  __m256i codes = _mm256_or_si256(
      _mm256_and_si256(bytes, _mm256_set1_epi8(0x1f)),
      _mm256_and_si256(_mm256_srli_epi16(bytes, 1), _mm256_set1_epi8(0x20)));
  codes = _mm256_maddubs_epi16(codes, _mm256_set1_epi16(0x0140));
  codes = _mm256_madd_epi16(codes, _mm256_set1_epi32(0x00011000));
  codes = _mm256_shuffle_epi8(codes, order);
  __m128i first = _mm256_castsi256_si128(codes);
  __m128i last = _mm256_extracti128_si256(codes, 1);
  store_words(
      key, word, (uint64_t)_mm_cvtsi128_si64(last), (uint64_t)_mm_extract_epi64(last, 1),
      (uint64_t)_mm_cvtsi128_si64(first), (uint64_t)_mm_extract_epi64(first, 1));
  block32 block;
  block.wrong =
      (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(classes, _mm256_setzero_si256()));
  block.dots = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('.')));
  return block;
}

static CN_AVX2_CODE int take_avx2(uint8_t *key, const uint8_t *name, size_t count) {
  if (count == 0) return 0;
  count -= name[count - 1] == '.';
  if (count - 1 > 63) return 0;
  uint64_t dots;
  if (count <= 32) {
    block32 block = look32(aligned32(name, count), key + CN_TEXT_END - 32, key, 0);
    if (block.wrong >> (32 - count)) return 0;
    dots = (uint64_t)block.dots << 32;
    memset(key + 24, 0, 8);
  } else {
    __m256i end = _mm256_loadu_si256((const __m256i *)(name + count - 32));
    block32 last = look32(end, key + CN_TEXT_END - 32, key, 0);
    block32 first = look32(aligned32(name, count - 32), key + CN_TEXT_END - 64, key, 3);
    uint64_t wrong = (uint64_t)last.wrong << 32 | first.wrong;
    if (wrong >> (64 - count)) return 0;
    dots = (uint64_t)last.dots << 32 | first.dots;
  }
  return finish(key, name, count, dots);
}
#endif

#if defined(__aarch64__)
typedef struct {
  uint32_t wrong, dots;
  uint64_t codes, rest;
} block16;

static inline uint8x16_t aligned16(const uint8_t *name, size_t count) {
  if (count >= 16) return vld1q_u8(name + count - 16);
  uint64_t low, high;
  load_short(name, count, &low, &high);
  return vcombine_u8(vcreate_u8(low), vcreate_u8(high));
}

// One bit a byte, the first lowest, of bytes that are all ones or all zeros.
static inline uint32_t bits_of(uint8x16_t truths) {
  static const uint8_t weights[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
  uint8x16_t bits = vandq_u8(truths, vld1q_u8(weights));
  return vaddv_u8(vget_low_u8(bits)) | (uint32_t)vaddv_u8(vget_high_u8(bits)) << 8;
}

static inline block16 look16(uint8x16_t bytes, uint8_t *text) {
  uint8x16_t upper = vshrq_n_u8(bytes, 4);
  uint8x16_t lower = vandq_u8(bytes, vdupq_n_u8(0x0f));
  uint8x16_t classes =
      vandq_u8(vqtbl1q_u8(vld1q_u8(low_classes), lower), vqtbl1q_u8(vld1q_u8(high_classes), upper));
  uint8x16_t small = vbicq_u8(
      vqtbl1q_u8(vld1q_u8(case_bits), upper), vceqq_u8(bytes, vdupq_n_u8('_')));
  vst1q_u8(text, vorrq_u8(bytes, small));

  uint8x16_t codes = vorrq_u8(
      vandq_u8(bytes, vdupq_n_u8(0x1f)),
      vandq_u8(vshrq_n_u8(bytes, 1), vdupq_n_u8(0x20)));
  uint16x8_t pairs = vreinterpretq_u16_u8(codes);
  pairs = vorrq_u16(vshlq_n_u16(vandq_u16(pairs, vdupq_n_u16(0xff)), 6), vshrq_n_u16(pairs, 8));
  uint32x4_t fours = vreinterpretq_u32_u16(pairs);
  fours =
      vorrq_u32(vshlq_n_u32(vandq_u32(fours, vdupq_n_u32(0xffff)), 12), vshrq_n_u32(fours, 16));
  uint64x2_t words =
      vreinterpretq_u64_u8(vqtbl1q_u8(vreinterpretq_u8_u32(fours), vld1q_u8(gather)));
  block16 block;
  block.wrong = bits_of(vceqq_u8(classes, vdupq_n_u8(0)));
  block.dots = bits_of(vceqq_u8(bytes, vdupq_n_u8('.')));
  block.codes = vgetq_lane_u64(words, 0);
  block.rest = vgetq_lane_u64(words, 1);
  return block;
}

static int take_neon(uint8_t *key, const uint8_t *name, size_t count) {
  if (count == 0) return 0;
  count -= name[count - 1] == '.';
  if (count - 1 > 63) return 0;
  uint64_t wrong = 0, dots = 0;
  for (size_t pair = 0; pair * 32 < count; pair++) {
    size_t left = count - pair * 32;
    uint8_t *text = key + CN_TEXT_END - pair * 32 - 16;
    block16 last = look16(aligned16(name, left), text);
    block16 first = {0xffff, 0, 0, 0};
    if (left > 16) {
      size_t more = left - 16 < 16 ? left - 16 : 16;
      const uint8_t *start = left >= 32 ? name + left - 32 : name;
      first = look16(vqtbl1q_u8(vld1q_u8(start), vld1q_u8(shift_orders + more)), text - 16);
    }
    wrong |= (uint64_t)(first.wrong | last.wrong << 16) << (32 - pair * 32);
    dots |= (uint64_t)(first.dots | last.dots << 16) << (32 - pair * 32);
    store_words(key, pair * 3, last.codes, last.rest, first.codes, first.rest);
  }
  if (wrong >> (64 - count)) return 0;
  if (count <= 32) memset(key + 24, 0, 8);
  return finish(key, name, count, dots);
}
#endif

int cn_is_available(int way) {
  switch (way) {
    case CN_PORTABLE: return 1;
#if defined(__x86_64__)
    case CN_SSSE3: return __builtin_cpu_supports("ssse3") != 0;
    case CN_AVX2:
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
             __builtin_cpu_supports("lzcnt");
#elif defined(__aarch64__)
    case CN_NEON: return 1;
#endif
    default: return 0;
  }
}

// Set once, before main; a signed byte so that it is read by one instruction.
static int best;

__attribute__((constructor)) static void choose(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  best = cn_is_available(CN_AVX2) ? CN_AVX2 : cn_is_available(CN_SSSE3) ? CN_SSSE3 : CN_PORTABLE;
#elif defined(__aarch64__)
  best = CN_NEON;
#endif
}

int cn_best(void) { return best; }

int cn_take_by(int way, uint8_t *key, const uint8_t *name, size_t count) {
  switch (way) {
#if defined(__x86_64__)
    case CN_SSSE3: return take_ssse3(key, name, count);
    case CN_AVX2: return take_avx2(key, name, count);
#elif defined(__aarch64__)
    case CN_NEON: return take_neon(key, name, count);
#endif
    default: return 0;
  }
}

int cn_take(uint8_t *key, const uint8_t *name, size_t count) {
#if defined(__x86_64__)
  if (__builtin_expect(best == CN_AVX2, 1)) return take_avx2(key, name, count);
#endif
  return cn_take_by(best, key, name, count);
}
