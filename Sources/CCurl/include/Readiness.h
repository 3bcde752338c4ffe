// Waits for sockets that libcurl owns: one-shot epoll on Linux, kqueue on macOS, behind one shape.
#ifndef AOR_READINESS_H
#define AOR_READINESS_H

#include <stdint.h>

enum {
  AOR_READABLE = 1,
  AOR_WRITABLE = 2,
  AOR_FAILED = 4,
};

/// A socket that became ready and the generation it was armed under.
typedef struct aor_ready {
  int socket;
  uint32_t generation;
  uint8_t events;
} aor_ready;

/// A new queue's descriptor, or -1 with `errno`.
int aor_readiness_open(void);

/// Asks for one report of a socket, or of another queue that has something to report. Closing it withdraws it. Returns
/// 0, or -1 with `errno`. Any thread.
int aor_readiness_arm(int queue, int socket, uint8_t events, uint32_t generation);

/// Takes what there is to report, after waiting for it when `waits` is not 0. Returns how many reports were written, or
/// -1 when the queue is unusable.
int aor_readiness_take(int queue, aor_ready *reports, int capacity, int waits);

/// Has the kernel ring a descriptor when a queue has something to report, without a thread that waits for it: Linux's
/// `IOCB_CMD_POLL` (4.18 and newer; io_submit(2)). On success returns 0, with one ring asked for already, a context for
/// the calls below and the descriptor, which becomes readable; else -1 with `errno`, everywhere but on Linux.
int aor_bell_open(int queue, unsigned long *context, int *descriptor);

/// Asks for one ring of `descriptor`, at once if the queue has something already. Returns 0, or -1 with `errno`.
int aor_bell_arm(unsigned long context, int queue, int descriptor);

/// Frees a context, and takes back what was asked for. The descriptor is the caller's.
void aor_bell_close(unsigned long context);

/// Opens a pipe whose ends do not outlive an exec. Returns 0, or -1 with `errno`.
int aor_pipe(int ends[2]);

/// Lets the calling thread be woken without pushing another off its core, where the system knows such a thing.
void aor_yield_to_others(void);

#endif
