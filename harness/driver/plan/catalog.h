/* Finds what the worker has compiled in by its name. */
#ifndef FORKCOST_CATALOG_H
#define FORKCOST_CATALOG_H

#include "harness/common/wire.h"

/* NULL if there is none of that name. */
const struct wire_primitive *catalog_primitive(const struct wire_catalog *catalog,
					       const char *name);

#endif
