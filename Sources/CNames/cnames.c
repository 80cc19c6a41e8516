// Makes a host name canonical, 16 or 32 bytes at a time.
//
// The name is looked at from its end: a block ends with the name, and what would be in front of the
// name is zero. Turned round, the last byte of the name is the first. Then each block gives the bytes
// that no name may have, the dots, and the codes: 6 bits a byte (its bits 0 to 4 and 6, which tell all
// 38 bytes of canonical names apart and small letters from capitals not), the last byte of the name
// in the lowest bits.
#define _GNU_SOURCE
#include "include/cnames.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void cn_prefer_huge_pages(void *start, size_t count) {
  // Whole pages only; that it may fail is what makes it a hint.
  uintptr_t first = ((uintptr_t)start + 4095) & ~(uintptr_t)4095;
  uintptr_t end = ((uintptr_t)start + count) & ~(uintptr_t)4095;
  if (end > first) (void)madvise((void *)first, end - first, MADV_HUGEPAGE);
}

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
// The three low bytes of four lanes.
#define CN_GATHER                                                                          \
  {                                                                                        \
    0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 0x80, 0x80, 0x80, 0x80                         \
  }
// The other way round.
#define CN_REVERSE                                                                         \
  {                                                                                        \
    15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0                                   \
  }

static const uint8_t low_classes[16] __attribute__((aligned(16))) = CN_LOW_CLASSES;
static const uint8_t high_classes[16] __attribute__((aligned(16))) = CN_HIGH_CLASSES;
static const uint8_t case_bits[16] __attribute__((aligned(16))) = CN_CASE_BITS;
static const uint8_t gather[16] __attribute__((aligned(16))) = CN_GATHER;
static const uint8_t reverse[16] __attribute__((aligned(16))) = CN_REVERSE;
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
static inline __attribute__((always_inline)) void load_short(const uint8_t *name, size_t count, uint64_t *low, uint64_t *high) {
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

// Of 16 or 32 bytes, the last byte of the name lowest: those that no name may have, and the dots.
typedef struct {
  uint32_t wrong, dots;
} block;

static inline __attribute__((always_inline)) int keep_count(uint8_t *key, size_t count) {
  uint32_t value = (uint32_t)count;
  memcpy(key + CN_COUNT, &value, 4);
  memcpy(key + CN_NAME_COUNT, &value, 4);
  return 1;
}

// What remains to be said of a name of `count` bytes, 1 to 63, whose bytes are all allowed. `dots`
// has the last byte in bit 0, and one more in front of the name. Stores the dots and the count and
// returns what cn_take does.
static inline __attribute__((always_inline)) int finish(
    uint8_t *key, const uint8_t *name, size_t count, uint64_t dots) {
  // No label is empty: no two dots in a row, none at the end, and none at the start, where the one
  // in front of the name stands next to it.
  if ((dots & dots >> 1) | (dots & 1)) return 0;
  size_t last = (size_t)__builtin_ctzll(dots);
  if ((uint8_t)(name[count - last] - '0') < 10) return 0;
  memcpy(key + CN_DOTS, &dots, 8);
  return keep_count(key, count);
}

// As finish, for a name of 1 to 253 bytes; `dots` are those of the name alone.
static int finish_any(uint8_t *key, const uint8_t *name, size_t count, uint64_t dots[4]) {
  if (count < 64) return finish(key, name, count, dots[0] | UINT64_C(1) << count);
  if (count > 64) dots[count >> 6] |= UINT64_C(1) << (count & 63);
  // Every label has 1 to 63 bytes; a name of 64 bytes has no dot in front to end the first.
  size_t start = 0;
  for (size_t index = 0; index < 4; index++) {
    for (uint64_t rest = dots[index]; rest != 0; rest &= rest - 1) {
      size_t place = index * 64 + (size_t)__builtin_ctzll(rest);
      if (place - start - 1 > 62) return 0;
      if (start == 0 && (uint8_t)(name[count - place] - '0') < 10) return 0;
      start = place + 1;
    }
  }
  if (count == 64 && count - start - 1 > 62) return 0;
  memcpy(key + CN_DOTS, dots, 32);
  return keep_count(key, count);
}
#endif

#if defined(__x86_64__)
#include <immintrin.h>

#define CN_SSSE3_CODE __attribute__((target("ssse3")))
#define CN_AVX2_CODE __attribute__((target("avx2,bmi,bmi2")))

// Stores the text of 16 bytes and their codes, as 12 bytes and 4 zeros.
static inline CN_SSSE3_CODE __attribute__((always_inline)) block
look16(__m128i bytes, uint8_t *text, uint8_t *codes) {
  __m128i upper = _mm_and_si128(_mm_srli_epi16(bytes, 4), _mm_set1_epi8(0x0f));
  __m128i small = _mm_andnot_si128(
      _mm_cmpeq_epi8(bytes, _mm_set1_epi8('_')),
      _mm_shuffle_epi8(_mm_load_si128((const __m128i *)case_bits), upper));
  _mm_storeu_si128((__m128i *)text, _mm_or_si128(bytes, small));
  __m128i classes =
      _mm_and_si128(_mm_shuffle_epi8(_mm_load_si128((const __m128i *)low_classes), bytes),
                    _mm_shuffle_epi8(_mm_load_si128((const __m128i *)high_classes), upper));
  __m128i order = _mm_load_si128((const __m128i *)reverse);
  classes = _mm_shuffle_epi8(classes, order);
  bytes = _mm_shuffle_epi8(bytes, order);
  __m128i sixes = _mm_or_si128(
      _mm_and_si128(bytes, _mm_set1_epi8(0x1f)),
      _mm_and_si128(_mm_srli_epi16(bytes, 1), _mm_set1_epi8(0x20)));
  sixes = _mm_maddubs_epi16(sixes, _mm_set1_epi16(0x4001));
  sixes = _mm_madd_epi16(sixes, _mm_set1_epi32(0x10000001));
  sixes = _mm_shuffle_epi8(sixes, _mm_load_si128((const __m128i *)gather));
  _mm_storeu_si128((__m128i *)codes, sixes);
  block block;
  block.wrong = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(classes, _mm_setzero_si128()));
  block.dots = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('.')));
  return block;
}

static CN_SSSE3_CODE int take_ssse3(uint8_t *key, const uint8_t *name, size_t count) {
  if (count == 0) return 0;
  count -= name[count - 1] == '.';
  if (count - 1 > 252) return 0;
  uint64_t dots[4] = {0};
  // What the last store does not reach.
  memset(key, 0, count <= 64 ? 48 : CN_DOTS);
  for (size_t done = 0; done < count; done += 16) {
    size_t left = count - done;
    __m128i bytes;
    if (left >= 16) {
      bytes = _mm_loadu_si128((const __m128i *)(name + left - 16));
    } else if (done > 0) {
      // There are 16 bytes from the start on: those in front of what was seen.
      bytes = _mm_shuffle_epi8(
          _mm_loadu_si128((const __m128i *)name),
          _mm_loadu_si128((const __m128i *)(shift_orders + left)));
    } else {
      uint64_t low, high;
      load_short(name, count, &low, &high);
      bytes = _mm_set_epi64x((long long)high, (long long)low);
    }
    block block = look16(bytes, key + CN_TEXT_END - 16 - done, key + done / 16 * 12);
    if (block.wrong & (left >= 16 ? 0xffff : (1u << left) - 1)) return 0;
    dots[done >> 6] |= (uint64_t)block.dots << (done & 63);
  }
  return finish_any(key, name, count, dots);
}

// 16 to 32 bytes.
static inline CN_AVX2_CODE __attribute__((always_inline)) __m256i
aligned32(const uint8_t *name, size_t count) {
  // 16 bytes from the start, those of them that the last 16 do not hold at the end.
  __m128i order = _mm_loadu_si128((const __m128i *)(shift_orders + count - 16));
  __m128i first = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)name), order);
  __m128i last = _mm_loadu_si128((const __m128i *)(name + count - 16));
  return _mm256_inserti128_si256(_mm256_castsi128_si256(first), last, 1);
}

// Stores the text of 32 bytes and their codes, as 24 bytes and 8 zeros.
static inline CN_AVX2_CODE __attribute__((always_inline)) block
look32(__m256i bytes, uint8_t *text, uint8_t *codes) {
  const __m256i low = _mm256_broadcastsi128_si256(_mm_load_si128((const __m128i *)low_classes));
  const __m256i high = _mm256_broadcastsi128_si256(_mm_load_si128((const __m128i *)high_classes));
  const __m256i cases = _mm256_broadcastsi128_si256(_mm_load_si128((const __m128i *)case_bits));
  const __m256i order = _mm256_broadcastsi128_si256(_mm_load_si128((const __m128i *)gather));
  const __m256i turn = _mm256_broadcastsi128_si256(_mm_load_si128((const __m128i *)reverse));
  __m256i upper = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(0x0f));
  __m256i small = _mm256_andnot_si256(
      _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('_')), _mm256_shuffle_epi8(cases, upper));
  _mm256_storeu_si256((__m256i *)text, _mm256_or_si256(bytes, small));

  bytes = _mm256_permute4x64_epi64(_mm256_shuffle_epi8(bytes, turn), 0x4e);
  upper = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(0x0f));
  __m256i classes =
      _mm256_and_si256(_mm256_shuffle_epi8(low, bytes), _mm256_shuffle_epi8(high, upper));
  __m256i sixes = _mm256_or_si256(
      _mm256_and_si256(bytes, _mm256_set1_epi8(0x1f)),
      _mm256_and_si256(_mm256_srli_epi16(bytes, 1), _mm256_set1_epi8(0x20)));
  sixes = _mm256_maddubs_epi16(sixes, _mm256_set1_epi16(0x4001));
  sixes = _mm256_madd_epi16(sixes, _mm256_set1_epi32(0x10000001));
  sixes = _mm256_shuffle_epi8(sixes, order);
  // The words with zeros to the end.
  sixes = _mm256_permutevar8x32_epi32(sixes, _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 3, 7));
  _mm256_storeu_si256((__m256i *)codes, sixes);
  block block;
  block.wrong =
      (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(classes, _mm256_setzero_si256()));
  block.dots = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('.')));
  return block;
}

// Names of up to 32 bytes whose block is loaded.
static inline CN_AVX2_CODE __attribute__((always_inline)) int
take32(uint8_t *key, const uint8_t *name, size_t count, __m256i bytes) {
  block block = look32(bytes, key + CN_TEXT_END - 32, key);
  if (_bzhi_u32(block.wrong, (uint32_t)count)) return 0;
  uint64_t all = block.dots | UINT64_C(1) << count;
  return finish(key, name, count, all);
}

static CN_AVX2_CODE __attribute__((noinline)) int
take_up_to_15(uint8_t *key, const uint8_t *name, size_t count) {
  if (count == 0) return 0;
  uint64_t low, high;
  load_short(name, count, &low, &high);
  return take32(key, name, count, _mm256_set_epi64x((long long)high, (long long)low, 0, 0));
}

static CN_AVX2_CODE __attribute__((noinline)) int
take_from_64(uint8_t *key, const uint8_t *name, size_t count);

// The bytes in front of the last 32 of a name that has `left` of them, up to 32, all of them behind
// its first 16.
static inline CN_AVX2_CODE __attribute__((always_inline)) __m256i
front32(const uint8_t *name, size_t left) {
  if (left >= 16) return aligned32(name, left);
  // There are 16 bytes from the start on.
  __m128i order = _mm_loadu_si128((const __m128i *)(shift_orders + left));
  __m128i few = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)name), order);
  return _mm256_inserti128_si256(_mm256_setzero_si256(), few, 1);
}

static CN_AVX2_CODE __attribute__((noinline)) int
take_from_33(uint8_t *key, const uint8_t *name, size_t count) {
  if (count > 63) return take_from_64(key, name, count);
  size_t left = count - 32;
  block last = look32(
      _mm256_loadu_si256((const __m256i *)(name + left)), key + CN_TEXT_END - 32, key);
  block first = look32(front32(name, left), key + CN_TEXT_END - 64, key + 24);
  if (last.wrong | _bzhi_u32(first.wrong, (uint32_t)left)) return 0;
  uint64_t dots = last.dots | (uint64_t)first.dots << 32 | UINT64_C(1) << count;
  return finish(key, name, count, dots);
}

static CN_AVX2_CODE __attribute__((noinline)) int
take_from_64(uint8_t *key, const uint8_t *name, size_t count) {
  if (count > 253) return 0;
  uint64_t dots[4] = {0};
  if (count > 64) memset(key, 0, CN_DOTS);
  for (size_t done = 0; done < count; done += 32) {
    size_t left = count - done;
    __m256i bytes = left >= 32 ? _mm256_loadu_si256((const __m256i *)(name + left - 32))
                               : front32(name, left);
    block block = look32(bytes, key + CN_TEXT_END - 32 - done, key + done / 32 * 24);
    if (_bzhi_u32(block.wrong, left < 32 ? (uint32_t)left : 32)) return 0;
    dots[done >> 6] |= (uint64_t)block.dots << (done & 63);
  }
  return finish_any(key, name, count, dots);
}

CN_AVX2_CODE int cn_take_avx2(uint8_t *key, const uint8_t *name, size_t count) {
  count -= name[count - 1] == '.';
  if (__builtin_expect(count - 16 <= 16, 1)) {
    return take32(key, name, count, aligned32(name, count));
  }
  return count < 16 ? take_up_to_15(key, name, count) : take_from_33(key, name, count);
}
#endif

#if defined(__aarch64__)
// One bit a byte, the first lowest, of bytes that are all ones or all zeros.
static inline uint32_t bits_of(uint8x16_t truths) {
  static const uint8_t weights[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
  uint8x16_t bits = vandq_u8(truths, vld1q_u8(weights));
  return vaddv_u8(vget_low_u8(bits)) | (uint32_t)vaddv_u8(vget_high_u8(bits)) << 8;
}

// Stores the text of 16 bytes and their codes, as 12 bytes and 4 zeros.
static inline block look16(uint8x16_t bytes, uint8_t *text, uint8_t *codes) {
  uint8x16_t upper = vshrq_n_u8(bytes, 4);
  uint8x16_t small = vbicq_u8(
      vqtbl1q_u8(vld1q_u8(case_bits), upper), vceqq_u8(bytes, vdupq_n_u8('_')));
  vst1q_u8(text, vorrq_u8(bytes, small));

  bytes = vqtbl1q_u8(bytes, vld1q_u8(reverse));
  upper = vshrq_n_u8(bytes, 4);
  uint8x16_t lower = vandq_u8(bytes, vdupq_n_u8(0x0f));
  uint8x16_t classes =
      vandq_u8(vqtbl1q_u8(vld1q_u8(low_classes), lower), vqtbl1q_u8(vld1q_u8(high_classes), upper));
  uint8x16_t sixes = vorrq_u8(
      vandq_u8(bytes, vdupq_n_u8(0x1f)),
      vandq_u8(vshrq_n_u8(bytes, 1), vdupq_n_u8(0x20)));
  uint16x8_t pairs = vreinterpretq_u16_u8(sixes);
  pairs = vorrq_u16(vandq_u16(pairs, vdupq_n_u16(0xff)), vshlq_n_u16(vshrq_n_u16(pairs, 8), 6));
  uint32x4_t fours = vreinterpretq_u32_u16(pairs);
  fours = vorrq_u32(
      vandq_u32(fours, vdupq_n_u32(0xffff)), vshlq_n_u32(vshrq_n_u32(fours, 16), 12));
  vst1q_u8(codes, vqtbl1q_u8(vreinterpretq_u8_u32(fours), vld1q_u8(gather)));
  block block;
  block.wrong = bits_of(vceqq_u8(classes, vdupq_n_u8(0)));
  block.dots = bits_of(vceqq_u8(bytes, vdupq_n_u8('.')));
  return block;
}

static int take_neon(uint8_t *key, const uint8_t *name, size_t count) {
  if (count == 0) return 0;
  count -= name[count - 1] == '.';
  if (count - 1 > 252) return 0;
  uint64_t dots[4] = {0};
  // What the last store does not reach.
  memset(key, 0, count <= 64 ? 48 : CN_DOTS);
  for (size_t done = 0; done < count; done += 16) {
    size_t left = count - done;
    uint8x16_t bytes;
    if (left >= 16) {
      bytes = vld1q_u8(name + left - 16);
    } else if (done > 0) {
      // There are 16 bytes from the start on: those in front of what was seen.
      bytes = vqtbl1q_u8(vld1q_u8(name), vld1q_u8(shift_orders + left));
    } else {
      uint64_t low, high;
      load_short(name, count, &low, &high);
      bytes = vcombine_u8(vcreate_u8(low), vcreate_u8(high));
    }
    block block = look16(bytes, key + CN_TEXT_END - 16 - done, key + done / 16 * 12);
    if (block.wrong & (left >= 16 ? 0xffff : (1u << left) - 1)) return 0;
    dots[done >> 6] |= (uint64_t)block.dots << (done & 63);
  }
  return finish_any(key, name, count, dots);
}
#endif

int cn_is_available(int way) {
  switch (way) {
    case CN_PORTABLE: return 1;
#if defined(__x86_64__)
    case CN_SSSE3: return __builtin_cpu_supports("ssse3") != 0;
    case CN_AVX2:
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
             __builtin_cpu_supports("bmi2");
#elif defined(__aarch64__)
    case CN_NEON: return 1;
#endif
    default: return 0;
  }
}

int cn_best;

__attribute__((constructor)) static void choose(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  cn_best = cn_is_available(CN_AVX2)    ? CN_AVX2
            : cn_is_available(CN_SSSE3) ? CN_SSSE3
                                        : CN_PORTABLE;
#elif defined(__aarch64__)
  cn_best = CN_NEON;
#endif
}

int cn_best_way(void) { return cn_best; }

int cn_take_by(int way, uint8_t *key, const uint8_t *name, size_t count) {
  switch (way) {
#if defined(__x86_64__)
    case CN_SSSE3: return take_ssse3(key, name, count);
    case CN_AVX2: return cn_take_avx2(key, name, count);
#elif defined(__aarch64__)
    case CN_NEON: return take_neon(key, name, count);
#endif
    default: return 0;
  }
}

const uint64_t cn_suffix_masks[6][65] = {
    {0x0, 0x3f, 0xfff, 0x3ffff, 0xffffff, 0x3fffffff, 0xfffffffff, 0x3ffffffffff,
     0xffffffffffff, 0x3fffffffffffff, 0xfffffffffffffff, 0xffffffffffffffff,
     0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff,
     0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff,
     0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff,
     0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff,
     0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff,
     0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff,
     0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff,
     0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff,
     0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff,
     0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff,
     0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff,
     0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff,
     0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff,
     0xffffffffffffffff},
    {0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x3, 0xff, 0x3fff, 0xfffff,
     0x3ffffff, 0xffffffff, 0x3fffffffff, 0xfffffffffff, 0x3ffffffffffff, 0xffffffffffffff,
     0x3fffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff,
     0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff,
     0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff,
     0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff,
     0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff,
     0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff,
     0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff,
     0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff,
     0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff,
     0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff,
     0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff},
    {0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0,
     0x0, 0x0, 0x0, 0x0, 0xf, 0x3ff, 0xffff, 0x3fffff, 0xfffffff, 0x3ffffffff, 0xffffffffff,
     0x3fffffffffff, 0xfffffffffffff, 0x3ffffffffffffff, 0xffffffffffffffff,
     0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff,
     0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff,
     0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff,
     0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff,
     0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff,
     0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff,
     0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff,
     0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff},
    {0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0,
     0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x3f, 0xfff,
     0x3ffff, 0xffffff, 0x3fffffff, 0xfffffffff, 0x3ffffffffff, 0xffffffffffff,
     0x3fffffffffffff, 0xfffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff,
     0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff,
     0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff,
     0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff,
     0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff,
     0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff},
    {0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0,
     0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0,
     0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x3, 0xff, 0x3fff, 0xfffff, 0x3ffffff, 0xffffffff,
     0x3fffffffff, 0xfffffffffff, 0x3ffffffffffff, 0xffffffffffffff, 0x3fffffffffffffff,
     0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff,
     0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff,
     0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff},
    {0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0,
     0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0,
     0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0,
     0xf, 0x3ff, 0xffff, 0x3fffff, 0xfffffff, 0x3ffffffff, 0xffffffffff, 0x3fffffffffff,
     0xfffffffffffff, 0x3ffffffffffffff, 0xffffffffffffffff},
};
