// What the audit journal needs of C: words of a shared mapping read and written with an order that
// both sides can rely on, the mapping of a ring with its data twice in a row, and files.
//
// Order: a process that is killed leaves every store that it made, in the order of its program,
// because the pages belong to the kernel. The release stores below keep the compiler and the CPU to
// that order.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline uint64_t cl_load_relaxed(const uint64_t *word) { return __atomic_load_n(word, __ATOMIC_RELAXED); }
static inline uint64_t cl_load_acquire(const uint64_t *word) { return __atomic_load_n(word, __ATOMIC_ACQUIRE); }
static inline void cl_store_release(uint64_t *word, uint64_t value) { __atomic_store_n(word, value, __ATOMIC_RELEASE); }
static inline uint64_t cl_exchange(uint64_t *word, uint64_t value) { return __atomic_exchange_n(word, value, __ATOMIC_SEQ_CST); }
static inline void cl_fence(void) { __atomic_thread_fence(__ATOMIC_SEQ_CST); }

/// A check value of `count` bytes (any count), not for use against an attacker: it finds garbage,
/// stale bytes of an earlier lap and half-written records. `seed` ties it to a position.
uint32_t cl_check(const void *bytes, size_t count, uint64_t seed);

/// Maps `header + capacity` bytes of `fd` shared, and the last `capacity` once more right behind, so
/// that a record that wraps is still one piece. Both are multiples of the page. NULL: no memory.
void *cl_map_ring(int fd, size_t header, size_t capacity);
/// Maps `bytes` of `fd` shared and touches them. NULL: no memory.
void *cl_map_shared(int fd, size_t bytes);

/// What fstat(2) says of a descriptor.
typedef struct {
  uint64_t device, inode, size;
  bool regular;
} cl_file_status;

// Each returns its result or the negated errno, and retries EINTR.
/// O_WRONLY | O_APPEND | O_CREAT, never blocking on a FIFO without a reader.
int cl_open_append(const char *path, uint32_t mode);
int cl_open_read(const char *path);
int cl_open_directory(const char *path);
/// O_RDWR | O_CREAT, refusing a symbolic link.
int cl_open_mapped(const char *path, uint32_t mode);
int cl_duplicate(int fd);
int cl_status(int fd, cl_file_status *out);
int cl_truncate(int fd, uint64_t size);
/// Reserves real blocks, so that a store into the mapping never meets a full disk.
int cl_reserve(int fd, uint64_t size);
long cl_read_at(int fd, void *into, size_t count, uint64_t offset);
int cl_rename(const char *from, const char *to);
int cl_unlink(const char *path);
int cl_make_directory(const char *path, uint32_t mode);
/// An exclusive flock(2), without waiting: -EWOULDBLOCK when another holds it.
int cl_lock(int fd);
/// Calls `each` with every name in the directory; returns 0 or -errno.
int cl_list_directory(const char *path, void (*each)(void *context, const char *name), void *context);

/// poll(2) on one or two descriptors (`second` < 0: one); returns bit 0 / bit 1 for the ready ones,
/// 0 on timeout or signal, or -errno. `timeout_ms` < 0: no limit.
int cl_poll(int first, bool first_writable, int second, int timeout_ms);
/// Resets an eventfd.
void cl_eventfd_clear(int fd);

/// Starts a thread with every signal blocked (SIGXFSZ and SIGPIPE then come as errno). 0 or -errno.
int cl_thread_start(void *(*body)(void *), void *context, uint64_t *out);
void cl_thread_join(uint64_t thread);
/// Nobody waits for the end of the thread.
void cl_thread_detach(uint64_t thread);
