/* How quiet the worker's CPU is: what doctor watches for two seconds (METHODOLOGY, "Witnesses"). */
#ifndef FORKCOST_WATCH_H
#define FORKCOST_WATCH_H

#include "harness/common/problem.h"
#include "harness/common/wire.h"

#include <stdbool.h>
#include <stddef.h>

enum { WATCH_TEXT_MAX = 400, WATCH_CAUSES_MAX = 6 };

struct watch_report {
	bool is_quiet;              /* nine moments of ten, and nobody else was busy there */
	char share[WATCH_TEXT_MAX]; /* how many moments were undisturbed, and what was seen */
	size_t cause_count;
	struct {
		const char *who;
		char text[WATCH_TEXT_MAX];
	} causes[WATCH_CAUSES_MAX];
};

/* Has a worker look at its own CPU for two seconds. What it finds is in words. */
enum outcome watch_cpu(const struct wire_clock *clock, struct watch_report *report,
		       struct problem *problem);

#endif
