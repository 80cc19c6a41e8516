// Counts what the calling thread asks of malloc(3), for tests that promise that there is nothing.
#pragma once
#include <stdbool.h>
#include <stdint.h>

/// Calls of malloc, calloc, realloc and their aligned forms by this thread, since it began.
uint64_t ca_allocations(void);
/// Bytes that this thread has asked for less those that it has given back, since it began.
int64_t ca_bytes(void);
/// Whether calls are counted: not under a sanitizer, which has an allocator of its own.
bool ca_counts(void);
