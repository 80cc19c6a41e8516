// What measuring needs of C: binding a thread to a core, and telling valgrind's callgrind which part
// of a run to count.
#pragma once

/// Binds the calling thread to the core that it runs on; returns the core's number or -errno.
int cb_bind_to_core(void);

/// From here on callgrind, started with --instr-atstart=no, counts. Without valgrind nothing happens.
void cb_start_counting(void);
void cb_stop_counting(void);
