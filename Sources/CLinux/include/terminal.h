// What `sluice top` needs of a terminal. One terminal a process.
#pragma once
#include <stdbool.h>

bool cl_terminal_is(int fd);
/// Keys are read one by one, at once, and not shown. 0 or -errno.
int cl_terminal_keys(int fd);
/// As it was before ``cl_terminal_keys``.
void cl_terminal_restore(int fd);
/// 0, or -errno where the terminal does not say.
int cl_terminal_size(int fd, int *columns, int *rows);
/// Stops the process as ^Z does; returns when it goes on. The signal is blocked before and after.
void cl_stop_here(void);
