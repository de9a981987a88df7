/* The lines under a figure. */
#ifndef FORKCOST_CAPTION_H
#define FORKCOST_CAPTION_H

#include "harness/driver/show/figures.h"
#include "harness/driver/show/filter.h"

struct caption {
	const char *figure;
	/* What is shown, and what its intervals are, as block_words() takes it; without "{levels}" these follow. */
	const char *what;
	struct filter filter; /* whose samples, replicates and levels are given */
	const char *remark;   /* what else must be said; NULL or empty: nothing */
};

/* Two lines under a figure, which plots/style.gp wraps. The first: what, samples and replicates, or why there are none;
 * the remark; what exec leaves out, but below counts; cases left out. The second: machine, kernel, run and version. */
enum outcome caption_write(const struct figures *figures, const struct caption *caption);

#endif
