/* What is compiled into this worker, found through the linker sections that bench/ fills. */
#ifndef FORKCOST_REGISTRY_H
#define FORKCOST_REGISTRY_H

#include "harness/worker/bench.h"

/* Writes the catalogue, in the order of linking. Fails if a name is too long or there are too many. */
enum outcome registry_describe(struct wire_catalog *catalog, struct problem *problem);

/* Finds the experiment, primitive and case of an arm of the request. Fails with the unknown name. */
enum outcome registry_resolve(const struct wire_arm *wire, struct arm *arm,
			      struct problem *problem);

/* The name of an experiment's case; NULL behind the last. */
const char *registry_case(const struct experiment *experiment, size_t index);

/* Finds a primitive by its name; NULL if there is none. */
const struct primitive *registry_primitive(const char *name);

/* Why a primitive does not take an action; NULL if it does. */
const char *registry_refusal(const struct primitive *primitive, enum action action);

#endif
