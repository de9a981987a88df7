/* What a person sees while a run goes on: a bar on a terminal, plain lines elsewhere. On stderr. */
#ifndef FORKCOST_PROGRESS_H
#define FORKCOST_PROGRESS_H

#include <stdbool.h>

struct progress {
	bool is_terminal, is_coloured;
	double printed_s; /* when the last line was printed */
};

struct progress_state {
	double share;              /* of the budget or the plan, 0 to 1 */
	double remaining_s, now_s; /* now: on the monotonic clock */
	const char *cell;          /* "1 GiB same dirty warm" */
	unsigned long replicate;
	double half_width; /* worst relative half width in this job; infinite: none yet */
};

/* NO_COLOR (any value that is not empty) and TERM=dumb are honoured. */
void progress_open(struct progress *progress);

/* Redraws the bar; elsewhere prints a line at most every 10 s, or at once if `milestone`. */
void progress_show(struct progress *progress, const struct progress_state *state, bool milestone);

/* Wipes the bar. */
void progress_close(struct progress *progress);

#endif
