#include "callocations.h"

#include <errno.h>
#include <stddef.h>

static __thread uint64_t allocations;
uint64_t ca_allocations(void) { return allocations; }

#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || !defined(__GLIBC__)
bool ca_counts(void) { return false; }
#else
bool ca_counts(void) { return true; }

// glibc's own names of what is taken over here; the linker prefers these definitions in a program.
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

void *malloc(size_t size) {
  allocations += 1;
  return __libc_malloc(size);
}
void *calloc(size_t count, size_t size) {
  allocations += 1;
  return __libc_calloc(count, size);
}
void *realloc(void *block, size_t size) {
  allocations += 1;
  return __libc_realloc(block, size);
}
void *aligned_alloc(size_t alignment, size_t size) {
  allocations += 1;
  return __libc_memalign(alignment, size);
}
int posix_memalign(void **block, size_t alignment, size_t size) {
  allocations += 1;
  void *made = __libc_memalign(alignment, size);
  if (made == NULL) return ENOMEM;
  *block = made;
  return 0;
}
#endif
