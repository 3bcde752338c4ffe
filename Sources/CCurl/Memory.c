#include "Memory.h"

#include <stdlib.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

void aor_memory_keep(void) {
#ifdef __GLIBC__
  // libcurl takes and gives back a buffer of 64 KiB and more for every transfer. By default glibc returns them to the
  // kernel at once and each transfer faults its pages in again, which costs more than all the rest of a small one.
  mallopt(M_MMAP_THRESHOLD, 2 * 1024 * 1024);
  mallopt(M_TRIM_THRESHOLD, 8 * 1024 * 1024);
#endif
}

void aor_memory_give_back(void) {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}
