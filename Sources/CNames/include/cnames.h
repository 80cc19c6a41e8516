// Host names by vector instructions: what a compiler does not make of portable code. Every function
// here has a portable twin in Swift (Domains/Names/NameNormaliser.swift) and gives the same bits.
#ifndef CNAMES_H
#define CNAMES_H

#include <stddef.h>
#include <stdint.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#endif

// The memory of a host key: 24 words of codes, 4 words of dots, the length of the text and that of the
// name (32 bits each; the latter is 0 for the text of an address), the text, which ends at
// CN_TEXT_END.
enum { CN_DOTS = 192, CN_COUNT = 224, CN_NAME_COUNT = 228, CN_TEXT_END = 512, CN_KEY_BYTES = 512 };

// The ways of cn_take.
enum { CN_PORTABLE = 0, CN_SSSE3 = 1, CN_AVX2 = 2, CN_NEON = 3 };
// The way that this processor is best served by; set before main.
extern int cn_best;
int cn_best_way(void);
int cn_is_available(int way);

// As cn_take, by one way, which must be available.
int cn_take_by(int way, uint8_t *key, const uint8_t *name, size_t count);
int cn_take_avx2(uint8_t *key, const uint8_t *name, size_t count);

// Takes `count` bytes, at least one, as a host name into the memory of a key. Returns 0 if the portable
// code has to look: the name is not valid, or its last label starts with a digit, or there is no
// vector code for this processor; the key's memory then has no meaning.
static inline int cn_take(uint8_t *key, const uint8_t *name, size_t count) {
#if defined(__x86_64__)
  if (__builtin_expect(cn_best == CN_AVX2, 1)) return cn_take_avx2(key, name, count);
#endif
  return cn_take_by(cn_best, key, name, count);
}

// For each length of a suffix, 0 to 64, which bits of the first six words of its number are its own.
extern const uint64_t cn_suffix_masks[6][65];

// The mask of a word, 0 to 5, for a suffix of at most 64 bytes.
static inline uint64_t cn_mask(int word, size_t count) { return cn_suffix_masks[word][count]; }

// Which of the eight words at `words`, which are aligned to 16 bytes, are equal to `wanted`: bit 0 is
// the first.
static inline uint32_t cn_find8(const uint32_t *words, uint32_t wanted) {
#if defined(__SSE2__)
  __m128i same = _mm_set1_epi32((int)wanted);
  __m128i low = _mm_cmpeq_epi32(_mm_load_si128((const __m128i *)words), same);
  __m128i high = _mm_cmpeq_epi32(_mm_load_si128((const __m128i *)(words + 4)), same);
  return (uint32_t)(_mm_movemask_ps(_mm_castsi128_ps(low)) |
                    _mm_movemask_ps(_mm_castsi128_ps(high)) << 4);
#elif defined(__ARM_NEON)
  static const uint32_t weights[8] = {1, 2, 4, 8, 16, 32, 64, 128};
  uint32x4_t same = vdupq_n_u32(wanted);
  uint32x4_t low = vandq_u32(vceqq_u32(vld1q_u32(words), same), vld1q_u32(weights));
  uint32x4_t high = vandq_u32(vceqq_u32(vld1q_u32(words + 4), same), vld1q_u32(weights + 4));
  return vaddvq_u32(vorrq_u32(low, high));
#else
  uint32_t mask = 0;
  for (int i = 0; i < 8; i++) mask |= (uint32_t)(words[i] == wanted) << i;
  return mask;
#endif
}

// How a lookup ended, and what it found.
typedef struct {
  uint32_t how, value;
} cn_found;
enum {
  // No rule is about the name.
  CN_UNLISTED = 0,
  // One rule decides, an allow on the standard ports: `value` is its number.
  CN_PLAIN = 1,
  // The rules for exactly the name decide, or those for all below a suffix: `value` is the slot.
  CN_EXACT = 2,
  CN_BELOW = 3,
  // Only the careful walk can tell.
  CN_WALK = 4,
};

// What a lookup reads of a matcher's tables (Domains/Matching/MatcherTables.swift).
typedef struct cn_table {
  // Of the hash: a key for each word of the name, and what the last two words add to that of a name
  // of at most 32 bytes.
  uint64_t keys[6], rest;
  const uint32_t *buckets;
  uint64_t bucket_count;
  const uint8_t *records;
  const uint32_t *line_bases;
  // Not 0: larger than a cache, and asked for ahead of need.
  uint64_t is_large;
  // Looks up the name of a key. Set by cn_prepare.
  cn_found (*walk)(const struct cn_table *, const uint8_t *key);
} cn_table;

// Sets `walk` by one of the ways of cn_take, which must be available. If not `is_straight`, because a
// rule is about a top level or not all bits of the hash count, every lookup ends with CN_WALK.
void cn_prepare(cn_table *table, int is_straight, int way);

// Asks for the memory that a lookup of the key in a large table will read; a hint.
void cn_ahead(const cn_table *table, const uint8_t *key);

// Asks for the cache line of an address; a hint.
static inline void cn_prefetch(const void *address) { __builtin_prefetch(address); }

// Asks the kernel to back memory with huge pages; a hint.
void cn_prefer_huge_pages(void *start, size_t count);

#endif
