#include "harness/driver/machine/limits.h"

#include "harness/common/counted.h"

#include <limits.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
	/* A group of counters, and beside it the wire form, the clone's pidfd, the run folder's files
	 * and what libraries hold open. */
	OPEN_FILES_LEAST = COUNTER_GROUP_MAX + 20,
	OPEN_FILES_ADVISED = 1024,
	PROCESSES_LEAST = 3, /* driver, worker, child */
	PROCESSES_ADVISED = 64,
};

static unsigned long long soft_limit(int resource)
{
	struct rlimit limit;
	if (getrlimit((__rlimit_resource_t)resource, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY)
		return ULLONG_MAX;
	return limit.rlim_cur;
}

void limits_read(struct limit limits[LIMITS_COUNT])
{
	limits[0] = (struct limit){.what = "open files",
				   .option = "-n",
				   .at_most = soft_limit(RLIMIT_NOFILE),
				   .at_least = OPEN_FILES_LEAST,
				   .advised = OPEN_FILES_ADVISED};
	/* The kernel does not hold root to this one. */
	limits[1] = (struct limit){.what = "processes",
				   .option = "-u",
				   .at_most = geteuid() ? soft_limit(RLIMIT_NPROC) : ULLONG_MAX,
				   .at_least = PROCESSES_LEAST,
				   .advised = PROCESSES_ADVISED};
}

enum outcome limits_check(struct problem *problem)
{
	struct limit limits[LIMITS_COUNT];
	limits_read(limits);
	for (size_t i = 0; i < LIMITS_COUNT; i++)
		if (limits[i].at_most < limits[i].at_least)
			return fail(problem,
				    "cannot measure with at most %llu %s: %llu are needed; raise "
				    "the limit on %s (ulimit %s %llu)",
				    limits[i].at_most, limits[i].what, limits[i].at_least,
				    limits[i].what, limits[i].option, limits[i].advised);
	return OUTCOME_OK;
}
