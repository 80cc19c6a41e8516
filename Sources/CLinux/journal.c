#define _GNU_SOURCE
#include "journal.h"
#include "retry.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

// Two lanes of multiply-and-fold, 16 bytes a step: about 30 ns for a record of 300 bytes.
static inline uint64_t fold(uint64_t a, uint64_t b) {
  __uint128_t product = (__uint128_t)a * b;
  return (uint64_t)product ^ (uint64_t)(product >> 64);
}
uint32_t cl_check(const void *bytes, size_t count, uint64_t seed) {
  const uint64_t k1 = 0x9e3779b97f4a7c15u, k2 = 0xc2b2ae3d27d4eb4fu;
  const char *p = bytes;
  uint64_t state = seed ^ k2 ^ count;
  while (count >= 16) {
    uint64_t words[2];
    memcpy(words, p, 16);
    state = fold(words[0] ^ k1 ^ state, words[1] ^ k2) + state;
    p += 16;
    count -= 16;
  }
  uint64_t rest[2] = {0, 0};
  memcpy(rest, p, count);
  state = fold(rest[0] ^ k1 ^ state, rest[1] ^ k2) + state;
  return (uint32_t)(state ^ (state >> 32));
}

void *cl_map_ring(int fd, size_t header, size_t capacity) {
  size_t total = header + 2 * capacity;
  char *base = mmap(NULL, total, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (base == MAP_FAILED) return NULL;
  int protection = PROT_READ | PROT_WRITE, flags = MAP_SHARED | MAP_FIXED | MAP_POPULATE;
  if (mmap(base, header + capacity, protection, flags, fd, 0) == MAP_FAILED ||
      mmap(base + header + capacity, capacity, protection, flags, fd, (off_t)header) == MAP_FAILED) {
    munmap(base, total);
    return NULL;
  }
  return base;
}
void *cl_map_shared(int fd, size_t bytes) {
  void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);
  return p == MAP_FAILED ? NULL : p;
}

int cl_open_append(const char *path, uint32_t mode) {
  return RETRY(open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, mode));
}
int cl_open_read(const char *path) { return RETRY(open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)); }
int cl_open_directory(const char *path) { return RETRY(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)); }
int cl_open_mapped(const char *path, uint32_t mode) {
  return RETRY(open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, mode));
}
int cl_duplicate(int fd) { return RETRY(fcntl(fd, F_DUPFD_CLOEXEC, 3)); }
int cl_status(int fd, cl_file_status *out) {
  struct stat s;
  int r = RETRY(fstat(fd, &s));
  if (r == 0) {
    out->device = s.st_dev;
    out->inode = s.st_ino;
    out->size = (uint64_t)s.st_size;
    out->regular = S_ISREG(s.st_mode);
  }
  return r;
}
int cl_truncate(int fd, uint64_t size) { return RETRY(ftruncate(fd, (off_t)size)); }
int cl_reserve(int fd, uint64_t size) {
  int r;
  do r = posix_fallocate(fd, 0, (off_t)size);
  while (r == EINTR);
  return -r;
}
long cl_read_at(int fd, void *into, size_t count, uint64_t offset) {
  return RETRY(pread(fd, into, count, (off_t)offset));
}
int cl_rename(const char *from, const char *to) { return RETRY(rename(from, to)); }
int cl_unlink(const char *path) { return RETRY(unlink(path)); }
int cl_make_directory(const char *path, uint32_t mode) { return RETRY(mkdir(path, mode)); }
int cl_lock(int fd) { return RETRY(flock(fd, LOCK_EX | LOCK_NB)); }
int cl_list_directory(const char *path, void (*each)(void *context, const char *name), void *context) {
  DIR *directory = opendir(path);
  if (directory == NULL) return -errno;
  struct dirent *entry;
  while ((entry = readdir(directory)) != NULL) {
    if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) each(context, entry->d_name);
  }
  closedir(directory);
  return 0;
}

int cl_poll(int first, bool first_writable, int second, int timeout_ms) {
  struct pollfd fds[2] = {
      {.fd = first, .events = first_writable ? POLLOUT : POLLIN},
      {.fd = second, .events = POLLIN},
  };
  int n = poll(fds, second < 0 ? 1 : 2, timeout_ms);
  if (n < 0) return errno == EINTR ? 0 : -errno;
  return (fds[0].revents != 0 ? 1 : 0) | (second >= 0 && fds[1].revents != 0 ? 2 : 0);
}
void cl_eventfd_clear(int fd) {
  uint64_t count;
  (void)RETRY(read(fd, &count, sizeof count));
}

int cl_thread_start(void *(*body)(void *), void *context, uint64_t *out) {
  sigset_t all, before;
  sigfillset(&all);
  int r = pthread_sigmask(SIG_SETMASK, &all, &before);
  if (r != 0) return -r;
  pthread_t thread;
  r = pthread_create(&thread, NULL, body, context);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (r == 0) *out = (uint64_t)thread;
  return -r;
}
void cl_thread_detach(uint64_t thread) { pthread_detach((pthread_t)thread); }
void cl_thread_join(uint64_t thread) { pthread_join((pthread_t)thread, NULL); }
