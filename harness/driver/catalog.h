/* What the worker has compiled in, and the clock of this machine. */
#ifndef FORKCOST_CATALOG_H
#define FORKCOST_CATALOG_H

#include "harness/common/problem.h"
#include "harness/common/wire.h"

/* Asks the worker. Takes about 0.15 s, most of it the calibration of the clock. */
enum outcome catalog_read(struct wire_catalog *catalog, struct problem *problem);

/* NULL if there is none of that name. */
const struct wire_primitive *catalog_primitive(const struct wire_catalog *catalog,
					       const char *name);
const struct wire_experiment *catalog_experiment(const struct wire_catalog *catalog,
						 const char *name);

#endif
