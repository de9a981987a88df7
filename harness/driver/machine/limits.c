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

/* ULLONG_MAX: none. */
static unsigned long long soft_limit(__rlimit_resource_t resource)
{
	struct rlimit limit;
	if (getrlimit(resource, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY)
		return ULLONG_MAX;
	return limit.rlim_cur;
}

void limits_read(struct limit limits[LIMITS_COUNT])
{
	limits[0] = (struct limit){"open files", soft_limit(RLIMIT_NOFILE), OPEN_FILES_LEAST,
				   OPEN_FILES_ADVISED, "-n"};
	/* The kernel does not hold root to this one. */
	limits[1] = (struct limit){"processes", geteuid() ? soft_limit(RLIMIT_NPROC) : ULLONG_MAX,
				   PROCESSES_LEAST, PROCESSES_ADVISED, "-u"};
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
