/* A process that outlives the driver: when that ends, of whatever, it puts back what is still lent. */
#ifndef FORKCOST_GUARDIAN_H
#define FORKCOST_GUARDIAN_H

/* The hidden command that makes a process a guardian. */
#define GUARDIAN_COMMAND "--guard-settings"

/* Starts one, unless there is one, and waits until it sleeps, so that it takes no time of a window.
 * Without one, records are left to the next command. */
void guardian_start(void);

/* Ends it, nothing being lent any more. */
void guardian_end(void);

/* What it does: waits for the end of whoever started it, and undoes what was left. Only for main(). */
void guardian_live(void);

#endif
