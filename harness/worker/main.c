/* forkcost-worker: the measured process. forkcost starts it with the wire form as WIRE_FD; do not
 * start it by hand. Static, libc only, and without stdio while it measures. */
#include "harness/common/wire.h"
#include "harness/worker/arena.h"
#include "harness/worker/clock.h"
#include "harness/worker/effects.h"
#include "harness/worker/inherited.h"
#include "harness/worker/registry.h"
#include "harness/worker/rounds.h"
#include "harness/worker/walk.h"
#include "harness/worker/watch.h"

#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STATUS_USAGE = 2 };

static struct wire_area *map_area(size_t *mapped_bytes, struct problem *problem)
{
	struct stat stat;
	if (fstat(WIRE_FD, &stat) < 0 || stat.st_size < (off_t)sizeof(struct wire_area)) {
		fail(problem,
		     "cannot run forkcost-worker by hand: it needs the wire form; run forkcost");
		return NULL;
	}
	*mapped_bytes = (size_t)stat.st_size;
	struct wire_area *area = mmap(NULL, *mapped_bytes, PROT_READ | PROT_WRITE,
				      MAP_SHARED | MAP_POPULATE, WIRE_FD, 0);
	if (area == MAP_FAILED) {
		fail(problem, "cannot map the wire form; free some memory");
		return NULL;
	}
	return area;
}

/* Does what the request's mode says; a message goes to run->problem. */
static enum outcome serve(struct run *run, struct wire_area *area, const struct arm *once)
{
	if (effects_find(run->problem))
		return OUTCOME_FAILED;
	if (run->request->mode == WIRE_CATALOG) {
		clock_calibrate(&area->answer.catalog.clock);
		inherited_describe(&area->answer.catalog.start);
		return registry_describe(&area->answer.catalog, run->problem);
	}
	struct arena *arena = arena_share(sizeof *arena, "the worker's own use", run->problem);
	if (!arena)
		return OUTCOME_FAILED;
	run->child = &arena->child;
	run->child->pidfd = -1;
	run->partner = &arena->partner;
	run->scratch = arena->scratch;
	run->child_stack_top = arena->child_stack + sizeof arena->child_stack;
	clock_use(&run->request->clock, &arena->caller_clock, &arena->child_clock);
	if (effects_begin(run))
		return OUTCOME_FAILED;
	if (once->primitive && once->primitive->begin && once->primitive->begin(run))
		return OUTCOME_FAILED;
	if (run->request->mode == WIRE_ONCE)
		return rounds_once(run, once);
	if (run->request->mode == WIRE_WALK)
		return walk_take(run, once, &area->answer);
	if (run->request->mode == WIRE_WATCH) {
		watch_take(run, area, arena);
		return OUTCOME_OK;
	}
	clock_watch();
	if (rounds_measure(run, area, arena))
		return OUTCOME_FAILED;
	return clock_still_holds(run->problem);
}

int main(int argc, char **argv)
{
	static char *no_environment[] = {NULL};
	static struct run run;
	struct problem problem = {""};
	size_t mapped_bytes = 0;
	(void)argc;
	/* A driver that is killed must not leave the worker behind. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	struct wire_area *area = NULL;
	if (!inherited_reset(argv, &problem))
		area = map_area(&mapped_bytes, &problem);
	if (!area || wire_check_request(area, mapped_bytes, &problem)) {
		fprintf(stderr, "forkcost-worker: %s\n", problem.text);
		return 1;
	}
	if (!area->request.evict_bytes)
		close(WIRE_EVICT_FD); /* whoever's it is */
	run.worker = getpid();
	run.request = &area->request;
	run.stamps = &area->stamps;
	run.problem = &area->answer.problem;
	run.lacks_pages = &area->answer.lacks_pages;
	run.target_path = area->request.target_path;
	run.target_envp = no_environment;
	run.stderr_fd = STDERR_FILENO;
	struct arm once = {0};
	bool is_once = run.request->mode == WIRE_ONCE;
	bool has_one_arm = is_once || run.request->mode == WIRE_WALK;
	int status = 0;
	if (has_one_arm && rounds_resolve_once(&run, &once))
		status = STATUS_USAGE;
	else if (serve(&run, area, &once))
		status = 1;
	/* In mode ONCE no driver reads the area. */
	if (status && is_once)
		dprintf(run.stderr_fd, "forkcost: %s\n", run.problem->text);
	if (status)
		return status;
	__atomic_store_n(&area->answer.finished, 1, __ATOMIC_RELEASE);
	return 0;
}
