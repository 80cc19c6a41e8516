#define _GNU_SOURCE
#include "cbench.h"

#include <errno.h>
#include <sched.h>
#include <stdint.h>

int cb_bind_to_core(void) {
  int core = sched_getcpu();
  if (core < 0) return -errno;
  if (core >= CPU_SETSIZE) return -EOVERFLOW;
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(core, &set);
  return sched_setaffinity(0, sizeof set, &set) == 0 ? core : -errno;
}

// A program speaks to valgrind by four rotations that together change nothing, and an instruction
// that does nothing; valgrind knows the sequence and looks for a block of words in a register. The
// sequences and numbers are valgrind's stable interface (valgrind/valgrind.h and callgrind.h); they
// are written out so that building needs no valgrind.
static void request(uint64_t number) {
  volatile uint64_t block[6] = {number, 0, 0, 0, 0, 0};
#if defined(__x86_64__)
  uint64_t result = 0;
  __asm__ volatile(
      "rolq $3, %%rdi; rolq $13, %%rdi; rolq $61, %%rdi; rolq $51, %%rdi; xchgq %%rbx, %%rbx"
      : "+d"(result)
      : "a"(block)
      : "cc", "memory");
#elif defined(__aarch64__)
  register uint64_t result __asm__("x3") = 0;
  register volatile uint64_t *words __asm__("x4") = block;
  __asm__ volatile(
      "ror x12, x12, #3; ror x12, x12, #13; ror x12, x12, #51; ror x12, x12, #61; orr x10, x10, x10"
      : "+r"(result)
      : "r"(words)
      : "cc", "memory");
#else
  (void)block;
#endif
}

enum { CALLGRIND = 'C' << 24 | 'T' << 16, START = CALLGRIND + 4, STOP = CALLGRIND + 5 };

void cb_start_counting(void) { request(START); }
void cb_stop_counting(void) { request(STOP); }
