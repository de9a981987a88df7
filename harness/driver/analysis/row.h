/* What is published of a series. */
#ifndef FORKCOST_ROW_H
#define FORKCOST_ROW_H

#include "harness/driver/analysis/core_clock.h"
#include "harness/driver/analysis/ratio.h"
#include "harness/driver/analysis/undisturbed.h"
#include "harness/driver/base/stats.h"

enum { NOTE_MAX = 800 };

struct row {
	const struct series *series;
	size_t count; /* 0: no values, and the note says why */
	struct stats_summary spread;
	struct stats_interval interval;
	const struct ratio *ratio;      /* to fork; NULL: none */
	struct undisturbed undisturbed; /* what the interval is of */
	struct core_clock clock;        /* what was done about it there */
	char note[NOTE_MAX];
};

#endif
