/* What is worked out from several series of a run: the TLB's reach, the cost of a running thread, of
 * another address space, and of counting. */
#ifndef FORKCOST_DERIVED_H
#define FORKCOST_DERIVED_H

#include "harness/driver/analysis/counting_cost.h"
#include "harness/driver/analysis/differences.h"
#include "harness/driver/analysis/reach.h"
#include "harness/driver/data/dataset.h"

struct derived {
	struct reach reach;
	size_t slope_count;
	struct slope slopes[DIFFERENCES_MAX];
	size_t switch_count;
	struct switched switches[DIFFERENCES_MAX];
	size_t counting_count;
	struct counting_cost counting[COUNTING_COSTS_MAX];
};

void derived_make(struct derived *derived, const struct dataset *dataset);

/* What counting added to the experiment's main metric, as a note: "counting changed write_ns by +0.4 %";
 * empty if it is not known. Returns `text`. */
const char *derived_counting_text(const struct derived *derived, const char *experiment,
				  bool with_child, char *text, size_t text_bytes);

#endif
