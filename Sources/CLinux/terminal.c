// The terminal of `sluice top`: termios(3) and its size.
#define _GNU_SOURCE
#include "include/terminal.h"
#include <errno.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

static struct termios saved;
static bool is_saved = false;

int cl_terminal_keys(int fd) {
  if (tcgetattr(fd, &saved) < 0) return -errno;
  is_saved = true;
  struct termios keys = saved;
  // Keys come at once and are not shown; those of signals go on meaning signals.
  keys.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
  keys.c_cc[VMIN] = 0;
  keys.c_cc[VTIME] = 0;
  return tcsetattr(fd, TCSANOW, &keys) < 0 ? -errno : 0;
}

void cl_terminal_restore(int fd) {
  if (is_saved) tcsetattr(fd, TCSANOW, &saved);
}

bool cl_terminal_is(int fd) { return isatty(fd) == 1; }

int cl_terminal_size(int fd, int *columns, int *rows) {
  struct winsize size;
  if (ioctl(fd, TIOCGWINSZ, &size) < 0) return -errno;
  if (size.ws_col == 0 || size.ws_row == 0) return -ENOTTY;
  *columns = size.ws_col;
  *rows = size.ws_row;
  return 0;
}

void cl_stop_here(void) {
  sigset_t set;
  sigset_t before;
  sigemptyset(&set);
  sigaddset(&set, SIGTSTP);
  signal(SIGTSTP, SIG_DFL);
  raise(SIGTSTP);
  // Blocked until here; the process stops within this call and goes on behind it.
  pthread_sigmask(SIG_UNBLOCK, &set, &before);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
}
