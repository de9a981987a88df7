/* SIGINT, SIGTERM, SIGHUP and SIGQUIT: a wish to stop, which is looked at where it can be heeded. */
#ifndef FORKCOST_INTERRUPTS_H
#define FORKCOST_INTERRUPTS_H

#include <stdbool.h>

/* Catches them from now on; a system call that waits then fails with EINTR. */
void interrupts_catch(void);

/* Whether one has come. */
bool interrupts_came(void);

#endif
