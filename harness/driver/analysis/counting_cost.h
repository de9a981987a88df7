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

struct counting_costs {
	size_t count;
	struct counting_cost costs[COUNTING_COSTS_MAX];
};

/* One entry an experiment, and another for passes that count children. */
void counting_costs_make(struct counting_costs *all, const struct dataset *dataset);

/* The entry of an experiment; NULL if its cost is not known. */
const struct counting_cost *counting_cost_find(const struct counting_costs *all,
					       const char *experiment, bool with_child);

#endif
