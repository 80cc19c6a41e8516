#define _GNU_SOURCE
#include "control.h"
#include "retry.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

// Linux 6.5; glibc of Debian 12 does not name it.
#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77
#endif
#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif

// Two processes that start at once must not both take the other's new socket for an old one: whoever
// looks and binds holds the directory. Nothing is left behind by this.
static int lock_directory_of(const char *path) {
  char directory[sizeof((struct sockaddr_un *)0)->sun_path];
  const char *slash = strrchr(path, '/');
  if (slash == NULL) return -EINVAL;
  size_t n = slash == path ? 1 : (size_t)(slash - path);
  memcpy(directory, path, n);
  directory[n] = 0;
  int fd = RETRY(open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd < 0) return fd;
  for (int attempt = 0; attempt < 100; attempt++) {
    int r = RETRY(flock(fd, LOCK_EX | LOCK_NB));
    if (r >= 0) return fd;
    if (r != -EWOULDBLOCK) {
      close(fd);
      return r;
    }
    nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
  }
  close(fd);
  return -EBUSY;
}

// 0: nothing stands there any more.
static int clear_stale(const char *path, const struct sockaddr_un *address) {
  struct stat s;
  if (lstat(path, &s) < 0) return errno == ENOENT ? 0 : -errno;
  if (!S_ISSOCK(s.st_mode)) return -EEXIST;
  int fd = RETRY(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (fd < 0) return fd;
  int r = RETRY(connect(fd, (const struct sockaddr *)address, sizeof *address));
  close(fd);
  if (r == -ENOENT) return 0;
  // EAGAIN: its backlog is full; EPROTOTYPE: it takes datagrams.
  if (r >= 0 || r == -EAGAIN || r == -EPROTOTYPE) return -EADDRINUSE;
  if (r != -ECONNREFUSED) return r;
  return RETRY(unlink(path));
}

static int give_socket(const char *path, uint32_t mode, uint32_t owner, uint32_t group) {
  int r = 0;
  if (owner != UINT32_MAX || group != UINT32_MAX) r = RETRY(lchown(path, owner, group));
  return r < 0 ? r : RETRY(chmod(path, mode));
}

int cl_unix_give(const char *path, uint32_t mode, uint32_t owner, uint32_t group) {
  struct stat status;
  int r = RETRY(lstat(path, &status));
  if (r < 0) return r;
  return S_ISSOCK(status.st_mode) ? give_socket(path, mode, owner, group) : -EEXIST;
}

int cl_unix_listen_shared(const char *path, uint32_t mode, uint32_t owner, uint32_t group, int backlog) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  size_t n = strlen(path);
  if (n >= sizeof address.sun_path) return -ENAMETOOLONG;
  memcpy(address.sun_path, path, n);
  int directory = lock_directory_of(path);
  if (directory < 0) return directory;
  int fd = -1;
  int r = clear_stale(path, &address);
  if (r >= 0) r = fd = RETRY(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (r >= 0) {
    r = RETRY(bind(fd, (struct sockaddr *)&address, sizeof address));
    bool isBound = r >= 0;
    // Nobody can connect before listen(2), so owner and mode are right before anybody does.
    if (r >= 0) r = give_socket(path, mode, owner, group);
    if (r >= 0) r = RETRY(listen(fd, backlog));
    if (r < 0 && isBound) unlink(path);
  }
  if (r < 0 && fd >= 0) close(fd);
  close(directory);
  return r < 0 ? r : fd;
}

int cl_unix_process(int fd, uint32_t *user, uint32_t *group, uint32_t *process) {
  struct ucred peer;
  socklen_t n = sizeof peer;
  int r = RETRY(getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &n));
  if (r < 0) return r;
  // No credentials: a socket pair of nobody.
  if (peer.uid == UINT32_MAX || peer.gid == UINT32_MAX) return -ESRCH;
  *user = peer.uid;
  *group = peer.gid;
  *process = peer.pid > 0 ? (uint32_t)peer.pid : 0;
  return 0;
}

// The path in the line of the unified hierarchy, `0::PATH` (cgroups(7)).
static long find_unified(const char *text, size_t length, char *out, size_t room) {
  static const char deleted[] = " (deleted)";
  for (size_t at = 0; at < length;) {
    const char *line = text + at;
    const char *end = memchr(line, '\n', length - at);
    if (end == NULL) return -ENOENT;
    size_t n = (size_t)(end - line);
    at += n + 1;
    if (n < 4 || memcmp(line, "0::/", 4) != 0) continue;
    line += 3;
    n -= 3;
    size_t d = sizeof deleted - 1;
    // Of a process that has ended, in a group that is gone: no group that anybody named.
    if (n >= d && memcmp(line + n - d, deleted, d) == 0) return -ESRCH;
    // Outside of our own cgroup namespace (cgroup_namespaces(7)): a path that means nothing here.
    if (n >= 3 && memcmp(line, "/..", 3) == 0 && (n == 3 || line[3] == '/')) return -ENOENT;
    if (n > room) return -ENAMETOOLONG;
    memcpy(out, line, n);
    return (long)n;
  }
  return -ENOENT;
}

static long read_cgroup(uint32_t process, bool isSure, uint32_t user, char *out, size_t room) {
  char path[32];
  snprintf(path, sizeof path, "/proc/%u", process);
  int directory = RETRY(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory < 0) return directory;
  struct stat s;
  if (!isSure && (fstat(directory, &s) < 0 || s.st_uid != user)) {
    close(directory);
    return -ESRCH;
  }
  int fd = RETRY(openat(directory, "cgroup", O_RDONLY | O_CLOEXEC));
  close(directory);
  if (fd < 0) return fd;
  char text[8192];
  size_t length = 0;
  long r;
  do {
    r = RETRY(read(fd, text + length, sizeof text - length));
    if (r > 0) length += (size_t)r;
  } while (r > 0 && length < sizeof text);
  close(fd);
  if (r < 0) return r;
  if (length == sizeof text) return -ENAMETOOLONG;
  return find_unified(text, length, out, room);
}

long cl_unix_cgroup(int fd, uint32_t process, char *out, size_t room) {
  if (process == 0) return -ESRCH;
  int held = -1;
  socklen_t n = sizeof held;
  int r = RETRY(getsockopt(fd, SOL_SOCKET, SO_PEERPIDFD, &held, &n));
  if (r < 0 && r != -ENOPROTOOPT) return r;
  if (r < 0) {
    // An older kernel: all there is to hold on to is that the process is of the peer's user.
    uint32_t user, group, same;
    r = cl_unix_process(fd, &user, &group, &same);
    return r < 0 ? r : read_cgroup(process, false, user, out, room);
  }
  long length = read_cgroup(process, true, 0, out, room);
  // While the peer is there nobody else has its number: what was read is the peer's.
  r = RETRY(syscall(SYS_pidfd_send_signal, held, 0, NULL, 0));
  close(held);
  if (r < 0 && r != -EPERM) return -ESRCH;
  return length;
}

long cl_unix_path(int fd, char *out, size_t room) {
  struct sockaddr_un address;
  socklen_t n = sizeof address;
  memset(&address, 0, sizeof address);
  int r = RETRY(getsockname(fd, (struct sockaddr *)&address, &n));
  if (r < 0) return r;
  if (address.sun_family != AF_UNIX) return -EAFNOSUPPORT;
  size_t offset = offsetof(struct sockaddr_un, sun_path);
  if (n <= offset || address.sun_path[0] == 0) return 0;
  size_t length = strnlen(address.sun_path, n - offset);
  if (length > room) return -ENAMETOOLONG;
  memcpy(out, address.sun_path, length);
  return (long)length;
}

int cl_user_number(const char *name, uint32_t *out) {
  for (size_t room = 4096; room <= 1 << 20; room *= 4) {
    char *memory = malloc(room);
    if (memory == NULL) return -ENOMEM;
    struct passwd entry, *found = NULL;
    int error = getpwnam_r(name, &entry, memory, room, &found);
    if (found != NULL) *out = entry.pw_uid;
    bool isFound = found != NULL;
    free(memory);
    if (isFound) return 0;
    // EINTR counts as a wish for another try.
    if (error != ERANGE && error != EINTR) return error == 0 ? -ENOENT : -error;
  }
  return -ERANGE;
}

int cl_group_number(const char *name, uint32_t *out) {
  for (size_t room = 4096; room <= 1 << 20; room *= 4) {
    char *memory = malloc(room);
    if (memory == NULL) return -ENOMEM;
    struct group entry, *found = NULL;
    int error = getgrnam_r(name, &entry, memory, room, &found);
    if (found != NULL) *out = entry.gr_gid;
    bool isFound = found != NULL;
    free(memory);
    if (isFound) return 0;
    if (error != ERANGE && error != EINTR) return error == 0 ? -ENOENT : -error;
  }
  return -ERANGE;
}
