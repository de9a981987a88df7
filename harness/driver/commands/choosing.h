/* The options by which a user chooses rows of a run, for every command that has them. */
#ifndef FORKCOST_CHOOSING_H
#define FORKCOST_CHOOSING_H

#include "harness/driver/analysis/row_choice.h"
#include "harness/driver/commands/command.h"

enum choosing {
	CHOOSING_EXPERIMENT,
	CHOOSING_PRIMITIVE,
	CHOOSING_ACTION,
	CHOOSING_HEAP,
	CHOOSING_METRIC,
	CHOOSING_OPTIONS,
};

/* Their rows, from number `first` on; `metric`: the default of that one. */
#define CHOOSING_ROWS(first, metric)                                                               \
	[(first) + CHOOSING_EXPERIMENT] = {"experiment", "NAME", "of this experiment alone [all]", \
					   VALUES_EXPERIMENTS, NULL},                              \
		   [(first) + CHOOSING_PRIMITIVE] = {"primitive", "NAME",                          \
						     "of this primitive alone [all]",              \
						     VALUES_PRIMITIVES, NULL},                     \
		   [(first) + CHOOSING_ACTION] = {"action", "NAME", "of this action alone [all]",  \
						  VALUES_ANY, NULL},                               \
		   [(first) + CHOOSING_HEAP] = {"heap", "SIZE", "of this heap alone [all]",        \
						VALUES_ANY, NULL},                                 \
		   [(first) + CHOOSING_METRIC] = {"metric", "NAME",                                \
						  "of this metric alone [" metric "]", VALUES_ANY, \
						  NULL}

/* Reads them. The words stay the command line's. */
enum outcome choosing_read(const struct given *given, int first, struct row_choice *choice,
			   struct problem *problem);

#endif
