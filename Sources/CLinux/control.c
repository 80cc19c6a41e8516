#define _GNU_SOURCE
#include "control.h"
#include "retry.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

static int name(const char *path, struct sockaddr_un *out, socklen_t *length) {
  size_t n = strlen(path);
  memset(out, 0, sizeof *out);
  out->sun_family = AF_UNIX;
  if (n == 0) return -ENOENT;
  if (n >= sizeof out->sun_path) return -ENAMETOOLONG;
  memcpy(out->sun_path, path, n);
  if (path[0] == '@') out->sun_path[0] = 0;
  *length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n + (path[0] == '@' ? 0 : 1));
  return 0;
}

int cl_unix_listen(const char *path) {
  struct sockaddr_un address;
  socklen_t length;
  int r = name(path, &address, &length);
  if (r < 0) return r;
  int fd = RETRY(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (fd < 0) return fd;
  unlink(path);
  r = RETRY(bind(fd, (struct sockaddr *)&address, length));
  // Nobody can connect before listen(2), so the mode is right before anybody asks.
  if (r >= 0) r = RETRY(chmod(path, 0600));
  if (r >= 0) r = RETRY(listen(fd, 16));
  if (r < 0) {
    close(fd);
    return r;
  }
  return fd;
}

int cl_unix_connect(const char *path) {
  struct sockaddr_un address;
  socklen_t length;
  int r = name(path, &address, &length);
  if (r < 0) return r;
  int fd = RETRY(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (fd < 0) return fd;
  r = RETRY(connect(fd, (struct sockaddr *)&address, length));
  if (r < 0) {
    close(fd);
    return r;
  }
  return fd;
}

int cl_unix_dial(const char *path, bool datagram) {
  struct sockaddr_un address;
  socklen_t length;
  int r = name(path, &address, &length);
  if (r < 0) return r;
  int kind = (datagram ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC | SOCK_NONBLOCK;
  int fd = RETRY(socket(AF_UNIX, kind, 0));
  if (fd < 0) return fd;
  r = RETRY(connect(fd, (struct sockaddr *)&address, length));
  if (r < 0) {
    close(fd);
    return r;
  }
  return fd;
}

int cl_unix_notify(const char *path, const void *bytes, size_t count) {
  struct sockaddr_un address;
  socklen_t length;
  int r = name(path, &address, &length);
  if (r < 0) return r;
  int fd = RETRY(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (fd < 0) return fd;
  long sent = RETRY(sendto(fd, bytes, count, MSG_NOSIGNAL | MSG_DONTWAIT, (struct sockaddr *)&address, length));
  close(fd);
  return sent < 0 ? (int)sent : 0;
}

int cl_unix_accept(int listener) {
  return RETRY(accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC));
}

int cl_unix_peer(int fd, uint32_t *user, uint32_t *group) {
  struct ucred peer;
  socklen_t n = sizeof peer;
  int r = RETRY(getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &n));
  if (r < 0) return r;
  *user = peer.uid;
  *group = peer.gid;
  return 0;
}

long cl_send_descriptors(int fd, const void *bytes, size_t count, const int *descriptors, size_t n) {
  if (n > CL_DESCRIPTORS_MAX) return -EINVAL;
  union {
    struct cmsghdr aligned;
    char room[CMSG_SPACE(CL_DESCRIPTORS_MAX * sizeof(int))];
  } control;
  struct iovec piece = {.iov_base = (void *)bytes, .iov_len = count};
  struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
  if (n > 0) {
    memset(&control, 0, sizeof control);
    message.msg_control = &control;
    message.msg_controllen = CMSG_SPACE(n * sizeof(int));
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(n * sizeof(int));
    memcpy(CMSG_DATA(header), descriptors, n * sizeof(int));
  }
  return RETRY(sendmsg(fd, &message, MSG_NOSIGNAL));
}

long cl_receive_descriptors(int fd, void *bytes, size_t count, int *descriptors, size_t *n) {
  union {
    struct cmsghdr aligned;
    char room[CMSG_SPACE(CL_DESCRIPTORS_MAX * sizeof(int))];
  } control;
  struct iovec piece = {.iov_base = bytes, .iov_len = count};
  struct msghdr message = {
      .msg_iov = &piece, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  size_t room = *n, got = 0;
  *n = 0;
  long r = RETRY(recvmsg(fd, &message, MSG_CMSG_CLOEXEC));
  if (r < 0) return r;
  for (struct cmsghdr *h = CMSG_FIRSTHDR(&message); h != NULL; h = CMSG_NXTHDR(&message, h)) {
    if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS) continue;
    size_t here = (h->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < here; i++) {
      int descriptor;
      memcpy(&descriptor, CMSG_DATA(h) + i * sizeof(int), sizeof descriptor);
      if (got < room) descriptors[got++] = descriptor;
      else close(descriptor);
    }
  }
  *n = got;
  return r;
}

int cl_set_timeouts(int fd, int milliseconds) {
  struct timeval t = {.tv_sec = milliseconds / 1000, .tv_usec = milliseconds % 1000 * 1000};
  int r = RETRY(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof t));
  if (r < 0) return r;
  // A descriptor that came from a server's loop does not block; from now on it does.
  int flags = fcntl(fd, F_GETFL);
  if (flags >= 0) fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
  return RETRY(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &t, sizeof t));
}

int cl_poll_many(const int *descriptors, int count, uint64_t writing, uint64_t *ready, int timeout_ms) {
  struct pollfd entries[64];
  *ready = 0;
  if (count < 0 || count > 64) return -EINVAL;
  for (int i = 0; i < count; i++) {
    bool writes = (writing >> i) & 1;
    entries[i] = (struct pollfd){.fd = descriptors[i], .events = writes ? POLLOUT : POLLIN};
  }
  int r = poll(entries, (nfds_t)count, timeout_ms);
  if (r < 0) return errno == EINTR ? 0 : -errno;
  for (int i = 0; i < count; i++)
    if (entries[i].revents != 0) *ready |= (uint64_t)1 << i;
  return r;
}

int cl_inotify(void) { return RETRY(inotify_init1(IN_NONBLOCK | IN_CLOEXEC)); }
int cl_inotify_watch(int fd, const char *directory) {
  // Not IN_MODIFY: a log that grows in the same directory would wake us with each write.
  const uint32_t events = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE |
                          IN_ATTRIB | IN_MOVE_SELF | IN_DELETE_SELF | IN_ONLYDIR;
  return RETRY(inotify_add_watch(fd, directory, events));
}
int cl_inotify_unwatch(int fd, int watch) { return RETRY(inotify_rm_watch(fd, watch)); }
long cl_inotify_drain(int fd) {
  char bytes[8192] __attribute__((aligned(__alignof__(struct inotify_event))));
  long all = 0;
  // Bounded: a directory in which something is written all the time.
  for (int i = 0; i < 64; i++) {
    long n = RETRY(read(fd, bytes, sizeof bytes));
    if (n <= 0) break;
    all += n;
  }
  return all;
}

static uint64_t nanoseconds(struct timespec t) { return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec; }
void cl_mark(const char *path, cl_file_mark *out) {
  struct stat s;
  memset(out, 0, sizeof *out);
  if (stat(path, &s) < 0) return;
  out->device = s.st_dev;
  out->inode = s.st_ino;
  out->size = (uint64_t)s.st_size;
  out->modified_ns = nanoseconds(s.st_mtim);
  out->changed_ns = nanoseconds(s.st_ctim);
}
long cl_resolve(const char *path, char *out, size_t room) {
  char *found = realpath(path, NULL);
  if (found == NULL) return -errno;
  size_t n = strlen(found);
  if (n < room) memcpy(out, found, n);
  free(found);
  return n < room ? (long)n : -ENAMETOOLONG;
}
int cl_lock_file(const char *path) {
  int fd = RETRY(open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (fd < 0) return fd;
  int r = RETRY(flock(fd, LOCK_EX | LOCK_NB));
  if (r < 0) {
    close(fd);
    return r;
  }
  return fd;
}
