// For the .c files of this folder alone: EINTR is dealt with here and nowhere else.
#pragma once
#include <errno.h>

// Runs a call again while a signal interrupts it, then gives the result or -errno.
#define RETRY(call)                                   \
  ({                                                  \
    long result_;                                     \
    do result_ = (call);                              \
    while (result_ < 0 && errno == EINTR);            \
    result_ < 0 ? -(long)errno : result_;             \
  })
