// What the administration of a running process needs of C: Unix sockets with the peer's identity and
// with descriptors passed over them (unix(7)), inotify(7), and the state of files.
//
// Each returns its result or the negated errno, and retries EINTR.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// A listening stream socket at `path`, which only its owner may use; what stands there is replaced.
/// Never blocks.
int cl_unix_listen(const char *path);
/// Blocks; a path that is longer than a sun_path gives -ENAMETOOLONG.
int cl_unix_connect(const char *path);
/// Connects a socket that never blocks, of datagrams or a stream. The descriptor, or -errno; -EAGAIN
/// when a stream's listener has no room now.
int cl_unix_dial(const char *path, bool datagram);
/// Sends one datagram to `path`; a leading @ stands for the abstract namespace.
int cl_unix_notify(const char *path, const void *bytes, size_t count);
int cl_unix_accept(int listener);
/// Who is at the other end (SO_PEERCRED).
int cl_unix_peer(int fd, uint32_t *user, uint32_t *group);
/// At most CL_DESCRIPTORS_MAX descriptors travel with the bytes.
#define CL_DESCRIPTORS_MAX 200
long cl_send_descriptors(int fd, const void *bytes, size_t count, const int *descriptors, size_t n);
/// `*n`: room for descriptors, and then how many came; they are closed on exec.
long cl_receive_descriptors(int fd, void *bytes, size_t count, int *descriptors, size_t *n);
/// How long a blocking read or write may take.
int cl_set_timeouts(int fd, int milliseconds);

/// One bit for each of `count` descriptors in `ready`, up to 64, that has something to read or, where
/// its bit in `writing` is set, takes something; hang-ups count as both. Returns how many.
int cl_poll_many(const int *descriptors, int count, uint64_t writing, uint64_t *ready, int timeout_ms);

int cl_inotify(void);
/// Watches a directory for changes of its entries, and for files in it that are closed after writing.
int cl_inotify_watch(int fd, const char *directory);
int cl_inotify_unwatch(int fd, int watch);
/// Throws away the events that wait; how many bytes they had.
long cl_inotify_drain(int fd);

/// What tells one state of a file from another; all zero if there is none.
typedef struct {
  uint64_t device, inode, size, modified_ns, changed_ns;
} cl_file_mark;
void cl_mark(const char *path, cl_file_mark *out);
/// The path without symbolic links, in `out` of `room` bytes; its length.
long cl_resolve(const char *path, char *out, size_t room);
/// An exclusive flock(2) on a file that is made if need be; the descriptor, or -EWOULDBLOCK.
int cl_lock_file(const char *path);

/// A listening stream socket at `path` of this mode, and of this owner and group unless they are
/// UINT32_MAX. A socket that stands there is replaced if nobody listens on it. -EADDRINUSE: somebody
/// does; -EEXIST: a file that is no socket stands there; -EBUSY: the directory is locked by another process.
int cl_unix_listen_shared(const char *path, uint32_t mode, uint32_t owner, uint32_t group, int backlog);
/// Gives the socket at `path` that mode, and that owner and group unless they are UINT32_MAX. -EEXIST:
/// what stands there is no socket.
int cl_unix_give(const char *path, uint32_t mode, uint32_t owner, uint32_t group);
/// Who is at the other end (SO_PEERCRED), with the number of the process; 0: it is not of our namespace.
int cl_unix_process(int fd, uint32_t *user, uint32_t *group, uint32_t *process);
/// The cgroup (v2) of the process at the other end, as /proc says it; the length of its path in `out`.
/// -ESRCH: it has gone; -ENAMETOOLONG: more than `room`; -ENOENT: it has none that is to be seen.
long cl_unix_cgroup(int fd, uint32_t process, char *out, size_t room);
/// The path that a Unix socket is bound to, without an end mark; its length, 0 if it has none, and
/// -EAFNOSUPPORT if it is no Unix socket.
long cl_unix_path(int fd, char *out, size_t room);

/// The number of a user or a group of this name (getpwnam_r(3), getgrnam_r(3)); -ENOENT: there is none.
int cl_user_number(const char *name, uint32_t *out);
int cl_group_number(const char *name, uint32_t *out);
