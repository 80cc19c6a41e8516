#ifndef CENDTOEND_H
#define CENDTOEND_H

#include <sys/resource.h>
#include <sys/types.h>

// What the end-to-end tests need of glibc beyond POSIX, which Swift's Glibc module does not show.

/// Starts `program` with its standard input empty, its two outputs appended to files, no other
/// descriptor, default signals, and the given working folder. Returns 0 or an errno value.
int e2e_spawn(pid_t *pid, const char *program, char *const arguments[], char *const variables[],
              const char *folder, const char *output, const char *errors);

/// accept4(2) with SOCK_CLOEXEC | SOCK_NONBLOCK and no address.
int e2e_accept(int listener);

/// Sets the soft limit of open descriptors of another process of ours. Returns 0 or an errno value.
int e2e_limit_descriptors(pid_t pid, unsigned long soft);

#endif
