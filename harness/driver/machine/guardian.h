/* A process that outlives the driver: when the driver ends, for whatever reason, it restores what is still changed. */
#ifndef FORKCOST_GUARDIAN_H
#define FORKCOST_GUARDIAN_H

#include <stdbool.h>

/* The hidden command that makes a process a guardian. */
#define GUARDIAN_COMMAND "--guard-settings"

/* Starts one, unless there is one, and waits until it sleeps, so that it takes no time of a window.
 * Without one, records are left to the next command. */
void guardian_start(void);

/* Ends it: nothing is changed any more. */
void guardian_end(void);

/* What it does: waits for the end of whoever started it, then calls `restore` until that says that nothing is left
 * to restore, for 2 s at most. Only for main(). */
void guardian_live(bool (*restore)(void));

#endif
