// The straight lookup of a host name in the tables of a matcher (Domains/Matching): the words of the
// name and the keys of the hash stay in registers from probe to probe, and a bucket is searched with
// one comparison or two. What it does not take, Matcher+Walk.swift does, which also says what is right.
#include "include/cnames.h"

#include <string.h>

// The bits of a slot; MatcherSlot in MatcherImage.swift.
enum {
  EXACT = 1u << 31,
  BELOW = 1u << 30,
  CHILDREN = 1u << 29,
  SPECIAL = 1u << 28,
  OVERFLOW = 1u << 27,
  RECORD = (1u << 27) - 1,
  IN_BUCKET = 8,
};
// The tag of a record that is not plain, and what a line base stands for, in units of two bytes.
enum { WIDE = 255, BLOCK_SHIFT = 9 };

#define INLINE static inline __attribute__((always_inline))

INLINE uint64_t load8(const uint8_t *bytes) {
  uint64_t word;
  memcpy(&word, bytes, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  word = __builtin_bswap64(word);
#endif
  return word;
}

INLINE uint64_t fold(uint64_t left, uint64_t right) {
  unsigned __int128 product = (unsigned __int128)left * right;
  return (uint64_t)product ^ (uint64_t)(product >> 64);
}

INLINE cn_found found(uint32_t how, uint32_t value) {
  cn_found found = {how, value};
  return found;
}

typedef uint32_t find8(const uint32_t *, uint32_t);

INLINE uint64_t hash_of(const cn_table *table, const uint64_t *words, size_t count, int is_long) {
  uint64_t hash = fold(
      (words[0] & cn_mask(0, count)) ^ table->keys[0],
      (words[1] & cn_mask(1, count)) ^ table->keys[1]);
  uint64_t third = (words[2] & cn_mask(2, count)) ^ table->keys[2];
  if (!is_long || count <= 32) return hash + fold(third, table->keys[3]) + table->rest;
  return hash + fold(third, (words[3] & cn_mask(3, count)) ^ table->keys[3]) +
         fold(
             (words[4] & cn_mask(4, count)) ^ table->keys[4],
             (words[5] & cn_mask(5, count)) ^ table->keys[5]);
}

// The suffixes whose buckets are asked for ahead in large tables.
enum { AHEAD = 4 };

// The names of at most 32 bytes, or all that have more and less than 64: a name of 64 bytes has no bit
// for the dot in front of it.
INLINE cn_found walk(
    const cn_table *table, const uint8_t *key, size_t length, int is_long, int is_large,
    find8 *find) {
  const uint64_t *words = (const uint64_t *)key;
  uint64_t dots;
  memcpy(&dots, key + CN_DOTS, 8);
  uint64_t ahead[AHEAD];
  size_t index = 0;
  if (is_large) {
    // So that the lookup waits for memory once and not once for each suffix.
    for (uint64_t rest = dots & (dots - 1); rest && index < AHEAD; rest &= rest - 1, index++) {
      ahead[index] = hash_of(table, words, (size_t)__builtin_ctzll(rest), is_long);
      cn_prefetch(table->buckets + ((ahead[index] >> 32) * table->bucket_count >> 32) * 16);
    }
    index = 0;
  }
  uint32_t best = 0;
  size_t best_count = 0;
  // One dot in front of each label but the last, from right to left; the last is in front of the name.
  while (dots &= dots - 1) {
    size_t count = (size_t)__builtin_ctzll(dots);
    uint64_t hash = is_large && index < AHEAD ? ahead[index++]
                                              : hash_of(table, words, count, is_long);
    uint32_t fingerprint = (uint32_t)hash | 1;
    size_t number = (hash >> 32) * table->bucket_count >> 32;
    const uint32_t *bucket = table->buckets + number * 16;
    uint32_t places;
    while (__builtin_expect(!(places = find(bucket, fingerprint)), 0)) {
      if (__builtin_expect(!(bucket[IN_BUCKET] & OVERFLOW), 1)) goto decided;
      number = number + 1 == table->bucket_count ? 0 : number + 1;
      bucket = table->buckets + number * 16;
    }
    uint32_t slot = bucket[IN_BUCKET + __builtin_ctz(places)];
    if (__builtin_expect(slot & SPECIAL, 0)) return found(CN_WALK, 0);
    if (slot & (count == length ? EXACT : BELOW)) {
      best = slot;
      best_count = count;
      if (is_large) cn_prefetch(table->records + (size_t)(slot & RECORD) * 2);
    }
    // Nothing is below the full name, whatever the slot says.
    if (!(slot & CHILDREN)) break;
  }
decided:
  if (best == 0) return found(CN_UNLISTED, UINT32_MAX);
  // Fingerprints were believed so far.
  const uint8_t *record = table->records + (size_t)(best & RECORD) * 2;
  const uint8_t *name = record + 2;
  uint64_t different = ((load8(name) ^ words[0]) & cn_mask(0, best_count)) |
                       ((load8(name + 8) ^ words[1]) & cn_mask(1, best_count)) |
                       ((load8(name + 16) ^ words[2]) & cn_mask(2, best_count)) |
                       (record[0] ^ best_count);
  if (is_long && best_count > 32) {
    for (int word = 3; word < 6; word++) {
      different |= (load8(name + word * 8) ^ words[word]) & cn_mask(word, best_count);
    }
  }
  if (__builtin_expect(different != 0, 0)) return found(CN_WALK, 0);
  if (__builtin_expect(record[1] == WIDE, 0)) {
    return found(best_count == length ? CN_EXACT : CN_BELOW, best);
  }
  return found(CN_PLAIN, table->line_bases[(best & RECORD) >> BLOCK_SHIFT] + record[1]);
}

// Names of any length; `rest` takes those of more than 32 bytes.
INLINE cn_found walk_all(
    const cn_table *table, const uint8_t *key, int is_large, find8 *find,
    cn_found (*rest)(const cn_table *, const uint8_t *, size_t)) {
  uint32_t length;
  memcpy(&length, key + CN_NAME_COUNT, 4);
  // The dots of an empty key have no meaning.
  if (__builtin_expect(length - 1 > 31, 0)) return rest(table, key, length);
  return walk(table, key, length, 0, is_large, find);
}

INLINE cn_found walk_rest(
    const cn_table *table, const uint8_t *key, size_t length, int is_large, find8 *find) {
  if (length == 0) return found(CN_UNLISTED, UINT32_MAX);
  if (length > 63) return found(CN_WALK, 0);
  return walk(table, key, length, 1, is_large, find);
}

// The form of the lookup for one way to search a bucket and one size of tables.
#define WALK(NAME, CODE, IS_LARGE, FIND)                                        \
  static CODE __attribute__((noinline)) cn_found rest_##NAME(                   \
      const cn_table *table, const uint8_t *key, size_t length) {               \
    return walk_rest(table, key, length, IS_LARGE, FIND);                       \
  }                                                                             \
  static CODE cn_found walk_##NAME(const cn_table *table, const uint8_t *key) { \
    return walk_all(table, key, IS_LARGE, FIND, rest_##NAME);                   \
  }

WALK(any, , 0, cn_find8)
WALK(any_large, , 1, cn_find8)

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX2_CODE __attribute__((target("avx2,bmi,bmi2")))

AVX2_CODE INLINE uint32_t find8_avx2(const uint32_t *words, uint32_t wanted) {
  __m256i same = _mm256_cmpeq_epi32(
      _mm256_load_si256((const __m256i *)words), _mm256_set1_epi32((int)wanted));
  return (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(same));
}

WALK(avx2, AVX2_CODE, 0, find8_avx2)
WALK(avx2_large, AVX2_CODE, 1, find8_avx2)
#endif

void cn_ahead(const cn_table *table, const uint8_t *key) {
  uint32_t length;
  memcpy(&length, key + CN_NAME_COUNT, 4);
  if (!table->is_large || length - 1 > 62) return;
  uint64_t dots;
  memcpy(&dots, key + CN_DOTS, 8);
  for (int index = 0; index < AHEAD && (dots &= dots - 1); index++) {
    uint64_t hash = hash_of(table, (const uint64_t *)key, (size_t)__builtin_ctzll(dots), 1);
    cn_prefetch(table->buckets + ((hash >> 32) * table->bucket_count >> 32) * 16);
  }
}

static cn_found walk_careful(const cn_table *table, const uint8_t *key) {
  (void)table, (void)key;
  return found(CN_WALK, 0);
}

void cn_prepare(cn_table *table, int is_straight, int way) {
  int is_large = table->is_large != 0;
  table->walk = !is_straight ? walk_careful : is_large ? walk_any_large : walk_any;
#if defined(__x86_64__)
  if (is_straight && way == CN_AVX2) table->walk = is_large ? walk_avx2_large : walk_avx2;
#else
  (void)way;
#endif
}
