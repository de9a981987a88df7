/* Where the kernel's time goes: workers measure as in a run, and meanwhile their CPU is sampled; samples in a window are
 * its arm's (METHODOLOGY, "The profile"). */
#ifndef FORKCOST_PROFILE_H
#define FORKCOST_PROFILE_H

#include "harness/common/problem.h"
#include "harness/driver/plan/plan.h"
#include "harness/driver/profile/folded.h"
#include "harness/driver/profile/shares.h"

enum { PROFILE_ARMS_MAX = 256 };

/* Begins as all zero. */
struct profile {
	uint64_t lost; /* samples, wherever they were */
	size_t arm_count;
	struct profile_arm {
		const char *primitive, *action; /* the plan's */
		uint64_t heap_bytes;
		struct shares shares;
	} arms[PROFILE_ARMS_MAX];
	struct folded folded;
};

/* Has a worker for each job of the plan, whose jobs have one cell each, all for the caller's CPU. */
enum outcome profile_take(struct profile *profile, struct plan *plan, struct problem *problem);

/* Writes profile.json and stacks.folded of docs/RESULTS-FORMAT.md into a folder. */
enum outcome profile_write(const struct profile *profile, const struct plan *plan,
			   const char *folder, struct problem *problem);

void profile_free(struct profile *profile);

#endif
