/* What forkcost explain is asked to show. */
#ifndef FORKCOST_COMMANDS_EXPLAIN_H
#define FORKCOST_COMMANDS_EXPLAIN_H

#include "harness/driver/base/options.h"
#include "harness/driver/explain/explain.h"

/* Fails on the first option that is wrong, naming it. */
enum outcome explain_parse(struct explain_options *options, const struct given *given,
			   struct problem *problem);

#endif
