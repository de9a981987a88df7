/* Checks of the rulers and of the run, and a second opinion, on the terminal. */
#ifndef FORKCOST_CHECKS_H
#define FORKCOST_CHECKS_H

#include "harness/driver/analysis/summary.h"

void checks_print(const struct summary *summary);

/* hyperfine's times beside ours. Nothing if the run has none. */
void checks_print_crosscheck(const struct summary *summary);

#endif
