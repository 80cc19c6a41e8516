// Takes generated names by the best vector way of the processor and prints a digest of every bit that
// it gives: scripts/check-arm64 compares what the processors say.
#include "cnames.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state = UINT64_C(0x5EED0003);

// SplitMix64.
static uint64_t next(void) {
  uint64_t bits = state += UINT64_C(0x9E3779B97F4A7C15);
  bits = (bits ^ bits >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
  bits = (bits ^ bits >> 27) * UINT64_C(0x94D049BB133111EB);
  return bits ^ bits >> 31;
}

static uint64_t mix(uint64_t hash, const uint8_t *bytes, size_t count) {
  for (size_t i = 0; i < count; i++) hash = (hash ^ bytes[i]) * UINT64_C(0x100000001B3);
  return hash;
}

// A name of 1 to 66 bytes, now and then with a byte that no name may have.
static size_t make(uint8_t *name) {
  static const char usual[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
  size_t count = 1 + next() % 66;
  uint64_t gap = 2 + next() % 20;
  for (size_t i = 0; i < count; i++) {
    name[i] = (uint8_t)usual[next() % (sizeof usual - 2)];
    if (i > 0 && next() % gap == 0) name[i] = '.';
  }
  if (next() % 10 == 0) name[next() % count] = (uint8_t)next();
  return count;
}

int main(int argc, char **argv) {
  long wanted = argc > 1 ? atol(argv[1]) : 100000;
  static uint8_t key[CN_KEY_BYTES] __attribute__((aligned(64)));
  static uint32_t words[8] __attribute__((aligned(16)));
  long taken = 0;
  for (long number = 0; number < wanted; number++) {
    uint8_t made[66];
    size_t count = make(made);
    // Exactly as large as the name, for a sanitizer or valgrind.
    uint8_t *name = malloc(count);
    if (name == NULL) return 1;
    memcpy(name, made, count);
    memset(key, 0xA5, sizeof key);
    int length = cn_take(key, name, count);
    uint64_t hash = UINT64_C(0xCBF29CE484222325);
    if (length > 0) {
      taken++;
      // What the room Domains reads: 4 or 6 words of codes, the dots, the text.
      hash = mix(hash, key, length <= 32 ? 32 : 48);
      hash = mix(hash, key + CN_DOTS, 8);
      hash = mix(hash, key + CN_TEXT_END - length, (size_t)length);
    }
    for (int i = 0; i < 8; i++) words[i] = (uint32_t)next() % 4;
    printf("%d %016llx %02x\n", length, (unsigned long long)hash, cn_find8(words, 2));
    free(name);
  }
  fprintf(stderr, "way %d took %ld of %ld names\n", cn_best_way(), taken, wanted);
  return taken > 0 && cn_best_way() != CN_PORTABLE ? 0 : 1;
}
