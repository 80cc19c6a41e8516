// System calls as Sluice uses them: each returns its result, or the negated errno, and EINTR is
// retried here and nowhere else. Addresses cross as two host-order words, so that no sockaddr and
// no pointer arithmetic is needed in Swift.
//
// _GNU_SOURCE must not be defined in this header: the Clang module would then disagree with
// Swift's Glibc module about fd_set. It is defined in clinux.c alone.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>

/// An IPv4 or IPv6 socket address. IPv4: `low` holds the 32 bits, `high` is 0. IPv6: network order
/// read as two big-endian words. `family` is 4, 6, or 0 for none.
typedef struct {
  uint64_t high, low;
  uint32_t scope;
  uint16_t port;
  uint8_t family;
} cl_address;

int cl_epoll_create(void);
int cl_epoll_add(int epoll, int fd, uint32_t events, uint64_t token);
int cl_epoll_modify(int epoll, int fd, uint32_t events, uint64_t token);
int cl_epoll_delete(int epoll, int fd);
int cl_epoll_wait(int epoll, struct epoll_event *events, int count, int timeout_ms);

int cl_socket_stream(int family);
int cl_socket_datagram(int family);
int cl_bind(int fd, const cl_address *address);
int cl_listen(int fd, int backlog);
int cl_accept(int listener, cl_address *peer);
int cl_connect(int fd, const cl_address *address);
int cl_local_address(int fd, cl_address *out);
int cl_socket_error(int fd);
int cl_shutdown_write(int fd);
int cl_close(int fd);
int cl_close_reset(int fd);
int cl_set_nodelay(int fd);
int cl_set_reuse(int fd, bool port);
int cl_set_v6only(int fd);

bool cl_is_quiet(int fd);
long cl_recv(int fd, void *into, size_t count);
/// Yes while the connection stands and nothing waits to be read from it.
long cl_send(int fd, const void *from, size_t count);
/// As cl_send, but may wait for the next call to fill the segment (MSG_MORE).
long cl_send_more(int fd, const void *from, size_t count);
long cl_recv_from(int fd, void *into, size_t count, cl_address *peer);
long cl_read(int fd, void *into, size_t count);
long cl_write(int fd, const void *from, size_t count);

int cl_pipe(int out[2], size_t size);
long cl_splice(int from, int to, size_t count, bool more);

int cl_eventfd(void);
int cl_eventfd_signal(int fd);
int cl_signalfd(const int *signals, int count);
int cl_signalfd_read(int fd);
/// Gives a signal its default action back, in the calling thread.
void cl_unblock_default(int signal_number);

uint64_t cl_monotonic_ns(void);
uint64_t cl_realtime_us(void);
int cl_random(void *into, size_t count);
void cl_name_thread(const char *name);
/// Raises the soft descriptor limit to at most `wanted`; returns the limit now in force.
long cl_raise_descriptor_limit(long wanted);
/// Makes a directory and those above it (mode 0750); 0 or -errno. Existing ones are fine.
int cl_make_directories(const char *path);
/// Unmaps the pages of code and constants that were touched so far; those still in use come back at
/// once. After start, most were for reading flags and lists.
void cl_release_startup_pages(void);
/// SIGPIPE would end the process when splice(2) meets a closed socket.
void cl_ignore_sigpipe(void);
/// Anonymous zeroed memory, or NULL.
void *cl_map_anonymous(size_t bytes);
void cl_unmap(void *base, size_t bytes);
