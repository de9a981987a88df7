#include "harness/worker/partner.h"

#include "harness/common/futex.h"
#include "harness/common/remedy.h"
#include "harness/worker/target.h"

#include <limits.h>
#include <string.h>

/* How often to check whether the other side sleeps. */
enum { LOOK_AGAIN_NS = 20000 };

/* Exit status of a child that gave up: not an expected one. */
enum { STATUS_TIMED_OUT = WIRE_STATUS_CHILD + 100 };

static bool await_sleeper(int *word)
{
	const struct timespec pause = {.tv_nsec = LOOK_AGAIN_NS};
	long left = (long)PARTNER_TIMEOUT_S * (1000000000 / LOOK_AGAIN_NS);
	while (!futex_is_slept_on(word)) {
		if (left-- == 0)
			return false;
		raw_syscall(SYS_nanosleep, (long)&pause, 0, 0, 0, 0);
	}
	return true;
}

/* What the child on its own stack needs at its start. It need not be shared memory, only memory. */
struct beginning {
	struct run *run;
	void (*child_body)(struct run *run);
};

__attribute__((noreturn)) static void begin(void *argument)
{
	struct beginning *beginning = argument;
	child_die_with(beginning->run->worker);
	beginning->child_body(beginning->run);
	raw_exit_group(WIRE_STATUS_CHILD);
}

enum outcome partner_start(struct run *run, unsigned long flags,
			   void (*child_body)(struct run *run))
{
	static struct beginning beginning;
	struct partner *partner = run->partner;
	partner->allowed = partner->done = 0;
	run->stamps->target_ticks = 0;
	beginning = (struct beginning){run, child_body};
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
	return fail(run->problem, "cannot start a child: %s; %s", strerror((int)-id),
		    remedy_or((int)-id, "see dmesg for the reason"));
}

void partner_done(struct run *run, int step)
{
	futex_raise(&run->partner->done, step);
}

void partner_done_await(struct run *run, int step)
{
	struct partner *partner = run->partner;
	partner_done(run, step);
	if (!futex_sleep_until(&partner->allowed, step + 1, PARTNER_TIMEOUT_S))
		raw_exit_group(STATUS_TIMED_OUT);
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

enum outcome partner_await_asleep(struct run *run)
{
	if (await_sleeper(&run->partner->allowed))
		return OUTCOME_OK;
	partner_kill(run);
	return fail(run->problem,
		    "cannot go on: the child did not fall asleep within %d s; see dmesg",
		    PARTNER_TIMEOUT_S);
}

enum outcome partner_start_asleep(struct run *run, void (*child_body)(struct run *run))
{
	if (partner_start(run, SIGCHLD, child_body) || partner_await(run, 1))
		return OUTCOME_FAILED;
	return partner_await_asleep(run);
}

void partner_wait(struct run *run)
{
	partner_done_await(run, 1);
}

void partner_await_caller_asleep(struct run *run)
{
	if (!await_sleeper(&run->partner->done))
		raw_exit_group(STATUS_TIMED_OUT);
}

void partner_count_open(struct run *run)
{
	if (!run->counting)
		return;
	counting_open(&run->partner->counting, run->request, run->counting->counters->group);
	run->counting = &run->partner->counting; /* in the child's own copy of `run` */
}

void partner_count_close(struct run *run)
{
	if (run->counting)
		counting_close(run->counting);
}

void partner_count_take(struct run *run)
{
	struct counting *counting = run->counting;
	const struct counting *counted = &run->partner->counting;
	if (!counting)
		return;
	counting->from_ticks = counted->from_ticks;
	counting->to_ticks = counted->to_ticks;
	memcpy(counting->failed, counted->failed, sizeof counting->failed);
	memcpy(counting->from, counted->from, sizeof counting->from);
	memcpy(counting->to, counted->to, sizeof counting->to);
}

static enum outcome reap(struct run *run, int status)
{
	struct partner *partner = run->partner;
	futex_raise(&partner->allowed, INT_MAX); /* it need not wait any more, for whatever */
	long got = raw_syscall(SYS_wait4, partner->id, (long)&partner->wait_status, __WALL, 0, 0);
	long id = partner->id;
	partner->id = 0;
	if (got == id && WIFEXITED(partner->wait_status) &&
	    WEXITSTATUS(partner->wait_status) == status)
		return OUTCOME_OK;
	return fail(run->problem,
		    "cannot trust a child: wait returned %ld, status %#x; see dmesg for the reason",
		    got, (unsigned)partner->wait_status);
}

enum outcome partner_reap(struct run *run)
{
	return reap(run, WIRE_STATUS_CHILD);
}

enum outcome partner_reap_target(struct run *run)
{
	return reap(run, WIRE_STATUS_TARGET);
}

__attribute__((noreturn)) static void become_target(struct run *run)
{
	raw_syscall(SYS_execve, (long)run->target_path, (long)target_argv(TARGET_STAMPS_AND_STAYS),
		    (long)run->target_envp, 0, 0);
	raw_exit_group(WIRE_STATUS_NO_EXEC);
}

enum outcome partner_start_target(struct run *run)
{
	if (partner_start(run, SIGCHLD, become_target))
		return OUTCOME_FAILED;
	if (child_await_stamp(run) == OUTCOME_OK)
		return OUTCOME_OK;
	partner_kill(run);
	return OUTCOME_FAILED;
}

enum outcome partner_end_target(struct run *run, const char *what)
{
	partner_kill(run);
	int status = run->partner->wait_status;
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
		return OUTCOME_OK;
	return fail(run->problem,
		    "cannot trust %s: the new program ended early, status %#x; run make all", what,
		    (unsigned)status);
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
