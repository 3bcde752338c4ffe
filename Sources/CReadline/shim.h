// GNU Readline. Globals are not concurrency-safe in Swift 6, so each one used has an accessor here.
#ifndef AOR_CREADLINE_H
#define AOR_CREADLINE_H
#include <stdio.h>
#include <stdlib.h>
#include <readline/readline.h>
#include <readline/history.h>

/// Prompts are talk, not data: they go to standard error, like everything else that is not output.
static inline void aor_readline_use_stderr(void) { rl_outstream = stderr; }

#endif
