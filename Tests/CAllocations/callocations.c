#include "callocations.h"

#include <errno.h>
#include <malloc.h>
#include <stddef.h>

static __thread uint64_t allocations;
static __thread int64_t bytes;
uint64_t ca_allocations(void) { return allocations; }
int64_t ca_bytes(void) { return bytes; }

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

void __libc_free(void *block);

static void *counted(void *block) {
  allocations += 1;
  if (block != NULL) bytes += (int64_t)malloc_usable_size(block);
  return block;
}

void *malloc(size_t size) { return counted(__libc_malloc(size)); }
void *calloc(size_t count, size_t size) { return counted(__libc_calloc(count, size)); }
void *realloc(void *block, size_t size) {
  int64_t old = block == NULL ? 0 : (int64_t)malloc_usable_size(block);
  void *made = counted(__libc_realloc(block, size));
  if (made != NULL || size == 0) bytes -= old;
  return made;
}
void *aligned_alloc(size_t alignment, size_t size) {
  return counted(__libc_memalign(alignment, size));
}
void free(void *block) {
  if (block != NULL) bytes -= (int64_t)malloc_usable_size(block);
  __libc_free(block);
}
int posix_memalign(void **block, size_t alignment, size_t size) {
  void *made = counted(__libc_memalign(alignment, size));
  if (made == NULL) return ENOMEM;
  *block = made;
  return 0;
}
#endif
