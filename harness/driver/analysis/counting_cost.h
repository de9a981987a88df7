/* What counting itself costs: the times of counted passes against those of plain ones
 * (METHODOLOGY, "Counters"). */
#ifndef FORKCOST_COUNTING_COST_H
#define FORKCOST_COUNTING_COST_H

#include "harness/driver/data/dataset.h"

struct counting_cost {
	const char *experiment, *metric; /* the experiment's main metric */
	bool with_child;                 /* in passes that count children, too */
	size_t arms;                     /* arms and cells that were compared */
	double ratio; /* counted over plain: median over arms of medians over replicates */
};

enum { COUNTING_COSTS_MAX = 2 * WIRE_EXPERIMENTS_MAX };

/* One entry an experiment, and another for passes that count children. Returns how many. */
size_t counting_costs(const struct dataset *dataset,
		      struct counting_cost costs[COUNTING_COSTS_MAX]);

#endif
