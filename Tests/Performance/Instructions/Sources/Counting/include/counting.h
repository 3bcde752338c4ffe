#ifndef COUNTING_H
#define COUNTING_H

/// Begins to count instructions; does nothing without callgrind.
void counting_begin(void);
/// Ends counting and has callgrind write what it counted, under a name.
void counting_end(const char *name);

#endif
