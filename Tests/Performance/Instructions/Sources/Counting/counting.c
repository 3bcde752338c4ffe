#include "counting.h"

// Requests to callgrind are instructions that mean nothing elsewhere; the header is all that is needed.
#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>

void counting_begin(void) {
  CALLGRIND_START_INSTRUMENTATION;
  CALLGRIND_ZERO_STATS;
}

void counting_end(const char *name) {
  CALLGRIND_DUMP_STATS_AT(name);
  CALLGRIND_STOP_INSTRUMENTATION;
}
#else
void counting_begin(void) {}
void counting_end(const char *name) { (void)name; }
#endif
