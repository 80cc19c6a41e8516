#define _GNU_SOURCE
#include "clinux.h"
#include "retry.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static socklen_t to_sockaddr(const cl_address *a, struct sockaddr_storage *s) {
  memset(s, 0, sizeof *s);
  if (a->family == 4) {
    struct sockaddr_in *in = (struct sockaddr_in *)s;
    in->sin_family = AF_INET;
    in->sin_port = htons(a->port);
    in->sin_addr.s_addr = htonl((uint32_t)a->low);
    return sizeof *in;
  }
  struct sockaddr_in6 *in = (struct sockaddr_in6 *)s;
  in->sin6_family = AF_INET6;
  in->sin6_port = htons(a->port);
  in->sin6_scope_id = a->scope;
  uint64_t words[2] = {htobe64(a->high), htobe64(a->low)};
  memcpy(&in->sin6_addr, words, 16);
  return sizeof *in;
}

static void from_sockaddr(const struct sockaddr_storage *s, cl_address *a) {
  memset(a, 0, sizeof *a);
  if (s->ss_family == AF_INET) {
    const struct sockaddr_in *in = (const struct sockaddr_in *)s;
    a->family = 4;
    a->port = ntohs(in->sin_port);
    a->low = ntohl(in->sin_addr.s_addr);
  } else if (s->ss_family == AF_INET6) {
    const struct sockaddr_in6 *in = (const struct sockaddr_in6 *)s;
    uint64_t words[2];
    memcpy(words, &in->sin6_addr, 16);
    a->family = 6;
    a->port = ntohs(in->sin6_port);
    a->scope = in->sin6_scope_id;
    a->high = be64toh(words[0]);
    a->low = be64toh(words[1]);
    // A dual-stack listener shows an IPv4 client as ::ffff:a.b.c.d; everywhere else it is IPv4.
    if (a->high == 0 && (a->low >> 32) == 0xffff) {
      a->family = 4;
      a->low &= 0xffffffff;
    }
  }
}

int cl_epoll_create(void) { return RETRY(epoll_create1(EPOLL_CLOEXEC)); }

static int control(int epoll, int operation, int fd, uint32_t events, uint64_t token) {
  struct epoll_event e = {.events = events, .data.u64 = token};
  return RETRY(epoll_ctl(epoll, operation, fd, &e));
}
int cl_epoll_add(int epoll, int fd, uint32_t events, uint64_t token) { return control(epoll, EPOLL_CTL_ADD, fd, events, token); }
int cl_epoll_modify(int epoll, int fd, uint32_t events, uint64_t token) { return control(epoll, EPOLL_CTL_MOD, fd, events, token); }
int cl_epoll_delete(int epoll, int fd) { return control(epoll, EPOLL_CTL_DEL, fd, 0, 0); }

// A signal ends the wait early with no event: the caller looks at its clock anyway.
int cl_epoll_wait(int epoll, struct epoll_event *events, int count, int timeout_ms) {
  int n = epoll_wait(epoll, events, count, timeout_ms);
  return n < 0 ? (errno == EINTR ? 0 : -errno) : n;
}

int cl_socket_stream(int family) {
  return RETRY(socket(family == 4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}
int cl_socket_datagram(int family) {
  return RETRY(socket(family == 4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}
int cl_bind(int fd, const cl_address *address) {
  struct sockaddr_storage s;
  socklen_t n = to_sockaddr(address, &s);
  return RETRY(bind(fd, (struct sockaddr *)&s, n));
}
int cl_listen(int fd, int backlog) { return RETRY(listen(fd, backlog)); }
int cl_accept(int listener, cl_address *peer) {
  struct sockaddr_storage s;
  socklen_t n = sizeof s;
  int fd = RETRY(accept4(listener, (struct sockaddr *)&s, &n, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (fd >= 0) from_sockaddr(&s, peer);
  return fd;
}
int cl_connect(int fd, const cl_address *address) {
  struct sockaddr_storage s;
  socklen_t n = to_sockaddr(address, &s);
  // connect(2) interrupted goes on in the kernel: EINTR means the same as EINPROGRESS here.
  if (connect(fd, (struct sockaddr *)&s, n) == 0) return 0;
  return errno == EINTR ? -EINPROGRESS : -errno;
}
int cl_local_address(int fd, cl_address *out) {
  struct sockaddr_storage s;
  socklen_t n = sizeof s;
  int r = RETRY(getsockname(fd, (struct sockaddr *)&s, &n));
  if (r == 0) from_sockaddr(&s, out);
  return r;
}
int cl_socket_error(int fd) {
  int error = 0;
  socklen_t n = sizeof error;
  int r = RETRY(getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &n));
  return r < 0 ? r : -error;
}
int cl_shutdown_write(int fd) { return RETRY(shutdown(fd, SHUT_WR)); }
// close(2) is never retried on Linux: the descriptor is gone even when it says EINTR.
int cl_close(int fd) { return close(fd) < 0 ? -errno : 0; }
int cl_close_reset(int fd) {
  struct linger l = {.l_onoff = 1, .l_linger = 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &l, sizeof l);
  return cl_close(fd);
}
static int flag(int fd, int level, int option) {
  int one = 1;
  return RETRY(setsockopt(fd, level, option, &one, sizeof one));
}
int cl_set_nodelay(int fd) { return flag(fd, IPPROTO_TCP, TCP_NODELAY); }
int cl_set_reuse(int fd, bool port) {
  int r = flag(fd, SOL_SOCKET, SO_REUSEADDR);
  return r < 0 || !port ? r : flag(fd, SOL_SOCKET, SO_REUSEPORT);
}
int cl_set_v6only(int fd) { return flag(fd, IPPROTO_IPV6, IPV6_V6ONLY); }

// By syscall(2): in a process with threads recv(3) and send(3) prepare for a cancellation at each call,
// two locked instructions that nobody here makes use of.
long cl_recv(int fd, void *into, size_t count) { return RETRY(syscall(SYS_recvfrom, fd, into, count, 0, NULL, NULL)); }
bool cl_is_quiet(int fd) {
  char byte;
  return RETRY(recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT)) == -EAGAIN;
}
static long send_with(int fd, const void *from, size_t count, int flags) {
  return RETRY(syscall(SYS_sendto, fd, from, count, flags | MSG_NOSIGNAL, NULL, 0));
}
long cl_send(int fd, const void *from, size_t count) { return send_with(fd, from, count, 0); }
long cl_send_more(int fd, const void *from, size_t count) { return send_with(fd, from, count, MSG_MORE); }
long cl_recv_from(int fd, void *into, size_t count, cl_address *peer) {
  struct sockaddr_storage s;
  socklen_t n = sizeof s;
  long r = RETRY(recvfrom(fd, into, count, 0, (struct sockaddr *)&s, &n));
  if (r >= 0) from_sockaddr(&s, peer);
  return r;
}
long cl_read(int fd, void *into, size_t count) { return RETRY(read(fd, into, count)); }
long cl_write(int fd, const void *from, size_t count) { return RETRY(write(fd, from, count)); }

int cl_pipe(int out[2], size_t size) {
  int r = RETRY(pipe2(out, O_NONBLOCK | O_CLOEXEC));
  // A smaller pipe than asked for (pipe-user-pages-soft) still works, only with more calls.
  if (r == 0 && size > 0) fcntl(out[0], F_SETPIPE_SZ, size);
  return r;
}
long cl_splice(int from, int to, size_t count, bool more) {
  unsigned flags = SPLICE_F_MOVE | SPLICE_F_NONBLOCK | (more ? SPLICE_F_MORE : 0);
  return RETRY(splice(from, NULL, to, NULL, count, flags));
}

int cl_eventfd(void) { return RETRY(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)); }
int cl_eventfd_signal(int fd) {
  uint64_t one = 1;
  return RETRY(write(fd, &one, sizeof one)) < 0 ? -errno : 0;
}
int cl_signalfd(const int *signals, int count) {
  sigset_t set;
  sigemptyset(&set);
  for (int i = 0; i < count; i++) sigaddset(&set, signals[i]);
  // Blocked in the calling thread, so in every thread made after it: signals arrive here only.
  int r = pthread_sigmask(SIG_BLOCK, &set, NULL);
  if (r != 0) return -r;
  return RETRY(signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
}
int cl_signalfd_read(int fd) {
  struct signalfd_siginfo info;
  long n = RETRY(read(fd, &info, sizeof info));
  return n < 0 ? (int)n : (int)info.ssi_signo;
}
void cl_unblock_default(int signal_number) {
  signal(signal_number, SIG_DFL);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, signal_number);
  pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

uint64_t cl_monotonic_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}
uint64_t cl_realtime_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  return (uint64_t)t.tv_sec * 1000000u + (uint64_t)t.tv_nsec / 1000u;
}
int cl_random(void *into, size_t count) {
  return RETRY(getrandom(into, count, 0)) == (long)count ? 0 : -EIO;
}
void cl_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }

long cl_raise_descriptor_limit(long wanted) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return -errno;
  if ((rlim_t)wanted > limit.rlim_cur) {
    limit.rlim_cur = (rlim_t)wanted < limit.rlim_max ? (rlim_t)wanted : limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    getrlimit(RLIMIT_NOFILE, &limit);
  }
  return limit.rlim_cur > 0x7fffffff ? 0x7fffffff : (long)limit.rlim_cur;
}

int cl_make_directories(const char *path) {
  char copy[PATH_MAX];
  size_t n = strlen(path);
  if (n == 0 || n >= sizeof copy) return -ENAMETOOLONG;
  memcpy(copy, path, n + 1);
  for (size_t i = 1; i <= n; i++) {
    if (copy[i] != '/' && copy[i] != 0) continue;
    char kept = copy[i];
    copy[i] = 0;
    if (mkdir(copy, 0750) != 0 && errno != EEXIST) return -errno;
    copy[i] = kept;
  }
  return 0;
}
void cl_ignore_sigpipe(void) { signal(SIGPIPE, SIG_IGN); }

// Read-only pages are as in their file: dropped from the process, they come back from the page cache
// when they are used again.
static int release_segments(struct dl_phdr_info *info, size_t size, void *unused) {
  (void)size, (void)unused;
  long page = sysconf(_SC_PAGESIZE);
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const ElfW(Phdr) *h = &info->dlpi_phdr[i];
    if (h->p_type != PT_LOAD || (h->p_flags & PF_W)) continue;
    uintptr_t start = (info->dlpi_addr + h->p_vaddr) & ~(uintptr_t)(page - 1);
    uintptr_t end = info->dlpi_addr + h->p_vaddr + h->p_memsz;
    madvise((void *)start, end - start, MADV_DONTNEED);
  }
  return 0;
}
void cl_release_startup_pages(void) { dl_iterate_phdr(release_segments, NULL); }

void *cl_map_anonymous(size_t bytes) {
  void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return p == MAP_FAILED ? NULL : p;
}
void cl_unmap(void *base, size_t bytes) { munmap(base, bytes); }
