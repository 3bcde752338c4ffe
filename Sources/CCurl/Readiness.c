#define _GNU_SOURCE
#include "Readiness.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stddef.h>
#include <time.h>
#include <unistd.h>

enum { batch = 128 };

#ifdef __linux__
#include <linux/aio_abi.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>

int aor_readiness_open(void) { return epoll_create1(EPOLL_CLOEXEC); }

int aor_readiness_arm(int queue, int socket, uint8_t events, uint32_t generation) {
  struct epoll_event event = {.events = EPOLLONESHOT, .data.u64 = (uint64_t)generation << 32 | (uint32_t)socket};
  if (events & AOR_READABLE) event.events |= EPOLLIN | EPOLLRDHUP;
  if (events & AOR_WRITABLE) event.events |= EPOLLOUT;
  // The usual case is a socket the queue still knows; a closed one has left it.
  if (epoll_ctl(queue, EPOLL_CTL_MOD, socket, &event) == 0) return 0;
  return errno == ENOENT ? epoll_ctl(queue, EPOLL_CTL_ADD, socket, &event) : -1;
}

int aor_readiness_take(int queue, aor_ready *reports, int capacity, int waits) {
  struct epoll_event events[batch];
  int count;
  do {
    count = epoll_wait(queue, events, capacity < batch ? capacity : batch, waits ? -1 : 0);
  } while (count < 0 && errno == EINTR);
  for (int i = 0; i < count; i++) {
    uint32_t bits = events[i].events;
    reports[i].socket = (int)(uint32_t)events[i].data.u64;
    reports[i].generation = (uint32_t)(events[i].data.u64 >> 32);
    reports[i].events = (uint8_t)((bits & (EPOLLIN | EPOLLRDHUP) ? AOR_READABLE : 0) |
                                  (bits & EPOLLOUT ? AOR_WRITABLE : 0) |
                                  (bits & (EPOLLERR | EPOLLHUP) ? AOR_FAILED : 0));
  }
  return count;
}

int aor_bell_open(int queue, unsigned long *context, int *descriptor) {
  aio_context_t opened = 0;
  if (syscall(SYS_io_setup, 8, &opened) != 0) return -1;
  int bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  // Some kernels and sandboxes know the calls and not the operation: better found out here than by the first answer.
  // Destroying a context takes the kernel tens of milliseconds, so it is the real one that is tried.
  if (bell < 0 || aor_bell_arm(opened, queue, bell) != 0) {
    int reason = errno;
    syscall(SYS_io_destroy, opened);
    if (bell >= 0) close(bell);
    errno = reason;
    return -1;
  }
  *context = opened;
  *descriptor = bell;
  return 0;
}

int aor_bell_arm(unsigned long context, int queue, int descriptor) {
  // What rang before must be taken out, or there will be no place for more.
  struct io_event rung[8];
  struct timespec none = {0};
  syscall(SYS_io_getevents, (aio_context_t)context, 0L, 8L, rung, &none);
  struct iocb request = {
      .aio_lio_opcode = IOCB_CMD_POLL,
      .aio_fildes = (uint32_t)queue,
      .aio_buf = POLLIN,
      .aio_flags = IOCB_FLAG_RESFD,
      .aio_resfd = (uint32_t)descriptor,
  };
  struct iocb *requests[] = {&request};
  return syscall(SYS_io_submit, (aio_context_t)context, 1L, requests) == 1 ? 0 : -1;
}

void aor_bell_close(unsigned long context) { syscall(SYS_io_destroy, (aio_context_t)context); }

int aor_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

void aor_yield_to_others(void) {
  struct sched_param parameter = {0};
  sched_setscheduler(0, SCHED_BATCH, &parameter);
}

#else
#include <sys/event.h>

int aor_readiness_open(void) {
  int queue = kqueue();
  if (queue >= 0) fcntl(queue, F_SETFD, FD_CLOEXEC);
  return queue;
}

int aor_readiness_arm(int queue, int socket, uint8_t events, uint32_t generation) {
  struct kevent changes[2];
  int count = 0;
  void *tag = (void *)(uintptr_t)generation;
  if (events & AOR_READABLE) EV_SET(&changes[count++], socket, EVFILT_READ, EV_ADD | EV_ONESHOT, 0, 0, tag);
  if (events & AOR_WRITABLE) EV_SET(&changes[count++], socket, EVFILT_WRITE, EV_ADD | EV_ONESHOT, 0, 0, tag);
  return kevent(queue, changes, count, NULL, 0, NULL);
}

int aor_readiness_take(int queue, aor_ready *reports, int capacity, int waits) {
  struct kevent events[batch];
  const struct timespec none = {0, 0};
  int count;
  do {
    count = kevent(queue, NULL, 0, events, capacity < batch ? capacity : batch, waits ? NULL : &none);
  } while (count < 0 && errno == EINTR);
  for (int i = 0; i < count; i++) {
    reports[i].socket = (int)events[i].ident;
    reports[i].generation = (uint32_t)(uintptr_t)events[i].udata;
    reports[i].events = events[i].flags & EV_ERROR          ? AOR_FAILED
                        : events[i].filter == EVFILT_WRITE ? AOR_WRITABLE
                                                           : AOR_READABLE;
  }
  return count;
}

int aor_bell_open(int queue, unsigned long *context, int *descriptor) {
  (void)queue;
  (void)context;
  (void)descriptor;
  errno = ENOSYS;
  return -1;
}

int aor_bell_arm(unsigned long context, int queue, int descriptor) {
  (void)context;
  (void)queue;
  (void)descriptor;
  errno = ENOSYS;
  return -1;
}

void aor_bell_close(unsigned long context) { (void)context; }

int aor_pipe(int ends[2]) {
  if (pipe(ends) != 0) return -1;
  fcntl(ends[0], F_SETFD, FD_CLOEXEC);
  fcntl(ends[1], F_SETFD, FD_CLOEXEC);
  return 0;
}

void aor_yield_to_others(void) {}

#endif
