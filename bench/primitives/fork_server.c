/* Measures: a fork server: a small process, forked off before the heap was there, that forks when it is asked. The child
 *           is the caller's, as the server gives it its own parent (CLONE_PARENT).
 * Excludes: a message through a pipe or socket: caller and server hand over by futexes in shared memory. The server's
 *           start, which comes once.
 * Expect:   flat over the heap: fork of an empty process and two switches between processes more. */
#include "harness/common/futex.h"
#include "harness/common/remedy.h"
#include "harness/worker/arena.h"
#include "harness/worker/bench.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ANSWER_TIMEOUT_S = 20 };

static struct service {
	_Alignas(64) int asked;    /* futex: how many children so far */
	_Alignas(64) int answered; /* futex: how many were started */
	long id;                   /* the last one's, or a negative errno value */
	enum action action;
	struct run run; /* the caller's, as it was when it asked */
} * service;            /* shared memory */

static long server_id;
static int asked; /* so that a worker that failed to wait does not go on with an old answer */

static void serve(pid_t worker)
{
	static struct run run;
	child_die_with(worker);
	for (int next = 1;; next++) {
		while (__atomic_load_n(&service->asked, __ATOMIC_ACQUIRE) < next)
			futex_wait(&service->asked, next - 1, NULL);
		run = service->run;
		long id = raw_clone(CLONE_PARENT | SIGCHLD);
		if (id == 0)
			child_act(&run, service->action);
		service->id = id;
		futex_raise(&service->answered, next);
	}
}

/* At the worker's end; a worker that is killed takes the server along. */
static void end(void)
{
	kill((pid_t)server_id, SIGKILL);
	raw_syscall(SYS_wait4, server_id, 0, __WALL, 0, 0);
}

static enum outcome begin(struct run *run)
{
	service = arena_share(sizeof *service, "the fork server", run->problem);
	if (!service)
		return OUTCOME_FAILED;
	server_id = raw_clone(SIGCHLD);
	if (server_id == 0)
		serve(run->worker);
	if (server_id < 0)
		return fail(run->problem, "cannot start the fork server: %s; %s",
			    strerror((int)-server_id),
			    remedy_or((int)-server_id, "leave it out with --primitive"));
	if (atexit(end))
		end();
	return OUTCOME_OK;
}

static void start(struct run *run, enum action action)
{
	service->run = *run;
	service->action = action;
	service->id = -ETIMEDOUT;
	asked++;
	uint64_t called = clock_ticks();
	futex_raise(&service->asked, asked);
	futex_sleep_until(&service->answered, asked, ANSWER_TIMEOUT_S);
	uint64_t returned = clock_ticks_after();
	child_started(run, called, returned, service->id);
}

PRIMITIVE(fork_server,
	  .summary = "a small process, forked before the heap was there, forks on request",
	  .traits = TRAIT_APART, .begin = begin, .start = start);
