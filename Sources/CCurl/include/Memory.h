#ifndef AOR_MEMORY_H
#define AOR_MEMORY_H

/// Keeps up to 8 MiB of freed memory mapped, for the next transfers.
void aor_memory_keep(void);
/// Gives freed memory back to the system, the kept one too.
void aor_memory_give_back(void);

#endif
