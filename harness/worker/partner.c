#include "harness/worker/partner.h"

#include "harness/worker/futex.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

/* What the child on a stack of its own needs to begin. Shared memory is not required: memory is. */
struct beginning {
	struct run *run;
	void (*life)(struct run *run);
};

__attribute__((noreturn)) static void begin(void *argument)
{
	struct beginning *beginning = argument;
	beginning->life(beginning->run);
	raw_exit_group(WIRE_STATUS_CHILD);
}

enum outcome partner_start(struct run *run, unsigned long flags, void (*life)(struct run *run))
{
	static struct beginning beginning;
	struct partner *partner = run->partner;
	partner->allowed = partner->done = 0;
	beginning = (struct beginning){run, life};
	long id;
	if (flags & CLONE_VM) {
		id = raw_clone_onto(flags, run->child_stack_top, NULL, begin, &beginning);
	} else {
		id = raw_clone(flags);
		if (id == 0)
			begin(&beginning);
	}
	partner->id = id;
	if (id > 0)
		return OUTCOME_OK;
	return fail(run->problem,
		    "cannot start a child: %s; raise the limit on processes, or free memory",
		    strerror((int)-id));
}

void partner_done_await(struct run *run, int step)
{
	struct partner *partner = run->partner;
	futex_raise(&partner->done, step);
	if (!futex_sleep_until(&partner->allowed, step + 1, PARTNER_TIMEOUT_S))
		raw_exit_group(WIRE_STATUS_CHILD + 100);
}

static enum outcome timed_out(struct run *run, int step)
{
	partner_kill(run);
	return fail(run->problem,
		    "cannot go on: the child did not do step %d within %d s; see dmesg", step,
		    PARTNER_TIMEOUT_S);
}

void partner_allow(struct run *run, int step)
{
	futex_raise(&run->partner->allowed, step);
}

enum outcome partner_await(struct run *run, int step)
{
	return futex_sleep_until(&run->partner->done, step, PARTNER_TIMEOUT_S)
		       ? OUTCOME_OK
		       : timed_out(run, step);
}

enum outcome partner_reap(struct run *run)
{
	struct partner *partner = run->partner;
	futex_raise(&partner->allowed, INT_MAX); /* whatever it waits for, it need not */
	long got = raw_syscall(SYS_wait4, partner->id, (long)&partner->wait_status, __WALL, 0, 0);
	long id = partner->id;
	partner->id = 0;
	if (got == id && WIFEXITED(partner->wait_status) &&
	    WEXITSTATUS(partner->wait_status) == WIRE_STATUS_CHILD)
		return OUTCOME_OK;
	return fail(run->problem,
		    "cannot trust a child: wait gave %ld, status %#x; see dmesg for the reason",
		    got, (unsigned)partner->wait_status);
}

void partner_kill(struct run *run)
{
	struct partner *partner = run->partner;
	if (partner->id <= 0)
		return;
	raw_syscall(SYS_kill, partner->id, SIGKILL, 0, 0, 0);
	raw_syscall(SYS_wait4, partner->id, (long)&partner->wait_status, __WALL, 0, 0);
	partner->id = 0;
}
