/* Asks the worker what it has compiled in, and has it calibrate the clock. */
#ifndef FORKCOST_ASK_WORKER_H
#define FORKCOST_ASK_WORKER_H

#include "harness/common/problem.h"
#include "harness/common/wire.h"

/* Takes about 0.15 s, most of it the calibration of the clock. */
enum outcome catalog_read(struct wire_catalog *catalog, struct problem *problem);

#endif
