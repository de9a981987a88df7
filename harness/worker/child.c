#include "harness/common/remedy.h"
#include "harness/worker/bench.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SETTLE_ROUNDS = 3, STAMP_TIMEOUT_S = 20 };

void child_enter_exit(void *run)
{
	child_act(run, ACTION_EXIT);
}

void child_enter_exec(void *run)
{
	child_act(run, ACTION_EXEC);
}

/* The remedy when the kernel refuses a primitive. */
static const char *remedy(long error)
{
	bool forbidden = error == ENOSYS || error == EPERM;
	return remedy_or((int)error, forbidden ? "a seccomp filter or an old kernel forbids it; "
						 "leave it out with --primitive"
					       : "leave it out with --primitive");
}

static enum outcome check_status(struct run *run, const struct arm *arm)
{
	const char *name = arm->primitive->name;
	int status = run->child->wait_status;
	const bool execs = arm->action == ACTION_EXEC;
	const int expected = execs ? run->program_status : WIRE_STATUS_CHILD;
	if (run->child->waited != run->child->id)
		return fail(run->problem, "cannot wait for a child of %s: %s; report this", name,
			    strerror((int)-run->child->waited));
	if (WIFEXITED(status) && (WEXITSTATUS(status) == expected ||
				  (expected < 0 && WEXITSTATUS(status) != WIRE_STATUS_NO_EXEC)))
		return OUTCOME_OK;
	if (WIFEXITED(status) && WEXITSTATUS(status) == WIRE_STATUS_UNMOVED)
		return fail(run->problem,
			    "cannot move a child of %s to CPU %d: it may have gone offline; leave "
			    "out --child-cpu other",
			    name, run->request->other_cpu);
	if (WIFSIGNALED(status))
		return fail(run->problem,
			    "cannot trust a child of %s: killed by signal %d (%s); see dmesg for "
			    "the reason",
			    name, WTERMSIG(status), strsignal(WTERMSIG(status)));
	if (execs && WEXITSTATUS(status) == WIRE_STATUS_NO_EXEC)
		return fail(run->problem, "cannot exec '%s' from %s: the target did not run; %s",
			    run->target_path, name,
			    expected < 0 ? "try it by hand" : "rebuild it with make all");
	return fail(run->problem,
		    "cannot trust a child of %s: it exited with status %d instead of %d; %s", name,
		    WEXITSTATUS(status), expected,
		    execs ? "the exec target is another program: run make all"
			  : "a seccomp filter may be in the way");
}

enum outcome child_await_stamp(struct run *run)
{
	const struct timespec pause = {.tv_nsec = 100000};
	for (long left = STAMP_TIMEOUT_S * 1000000000L / pause.tv_nsec; left > 0; left--) {
		bool is_there = run->stamps->target_ticks;
		raw_syscall(SYS_nanosleep, (long)&pause, 0, 0, 0, 0);
		if (is_there)
			return OUTCOME_OK;
	}
	return fail(run->problem,
		    "cannot exec '%s': it wrote no stamp within %d s; rebuild it with make all",
		    run->target_path, STAMP_TIMEOUT_S);
}

enum outcome child_check(struct run *run, const struct arm *arm)
{
	struct started *child = run->child;
	if (child->id < 0)
		return fail(run->problem, "cannot start a child with %s: %s; %s",
			    arm->primitive->name, strerror((int)-child->id), remedy(-child->id));
	if (child->pidfd >= 0)
		close(child->pidfd);
	child->pidfd = -1;
	if (arm->primitive->traits & TRAIT_THREAD)
		return OUTCOME_OK;
	return check_status(run, arm);
}

__attribute__((noinline)) void child_dirty_stack(void)
{
	volatile char below[4 * 4096];
	for (size_t at = 0; at < sizeof below; at += 4096)
		below[at] = 0;
}

enum outcome child_reap(struct run *run, long id, int expected, const char *what)
{
	int *status = &run->child->wait_status;
	if (id < 0)
		return fail(run->problem, "cannot start a child to %s: %s; %s", what,
			    strerror((int)-id), remedy(-id));
	if (raw_syscall(SYS_wait4, id, (long)status, __WALL, 0, 0) != id || !WIFEXITED(*status) ||
	    WEXITSTATUS(*status) != expected)
		return fail(run->problem,
			    "cannot trust a child that was to %s: wait status %#x; run make all, "
			    "then see dmesg",
			    what, (unsigned)*status);
	return OUTCOME_OK;
}

static enum outcome copy_untimed(struct run *run, const char *what)
{
	long id = raw_clone(SIGCHLD);
	if (id == 0)
		raw_exit_group(WIRE_STATUS_CHILD);
	return child_reap(run, id, WIRE_STATUS_CHILD, what);
}

/* A heap that is kept out of children goes into this one. */
enum outcome child_write_protect_heap(struct run *run)
{
	const bool is_kept = run->is_heap_kept;
	run->is_heap_kept = false;
	enum outcome outcome = is_kept ? child_heap_copied(run, true) : OUTCOME_OK;
	if (!outcome)
		outcome = copy_untimed(run, "write-protect the heap");
	if (is_kept && child_heap_copied(run, false))
		outcome = OUTCOME_FAILED;
	run->is_heap_kept = is_kept;
	return outcome;
}

/* Neither stamps nor moves: a child on another CPU would leave that CPU in the mm's mask
 * (METHODOLOGY, "Placement"). */
__attribute__((noreturn)) static void settle_by_exit(void *run)
{
	child_end(run, ACTION_EXIT);
}

__attribute__((noreturn)) static void settle_by_exec(void *run)
{
	child_end(run, ACTION_EXEC);
}

enum outcome child_heap_copied(struct run *run, bool copied)
{
	if (run->heap_bytes == 0 || run->is_heap_kept ||
	    madvise(run->heap, run->spread.span_bytes, copied ? MADV_DOFORK : MADV_DONTFORK) == 0)
		return OUTCOME_OK;
	return fail(run->problem,
		    "cannot keep the heap out of a child: %s; this kernel lacks MADV_DONTFORK",
		    strerror(errno));
}

/* Children that share memory, then children that copy everything but the heap: for arms that start none. */
static enum outcome settle_for_any(struct run *run, const char *what)
{
	for (int i = 0; i < SETTLE_ROUNDS; i++) {
		const unsigned long flags = CLONE_VM | CLONE_VFORK | SIGCHLD;
		void *stack = run->child_stack_top;
		long id = raw_clone_onto(flags, stack, NULL, settle_by_exec, run);
		if (child_reap(run, id, WIRE_STATUS_TARGET, "exec forkcost-target"))
			return OUTCOME_FAILED;
		id = raw_clone_onto(flags, stack, NULL, settle_by_exit, run);
		if (child_reap(run, id, WIRE_STATUS_CHILD, what))
			return OUTCOME_FAILED;
	}
	for (int i = 0; i < SETTLE_ROUNDS; i++)
		if (copy_untimed(run, what))
			return OUTCOME_FAILED;
	return OUTCOME_OK;
}

/* The arm's own children; one is enough where no heap was prepared, for what ran before was the arm itself. */
static enum outcome settle_for(struct run *run, const struct arm *arm)
{
	const int rounds = run->heap_bytes ? SETTLE_ROUNDS : 1;
	for (int i = 0; i < rounds; i++) {
		arm->primitive->start(run, arm->action);
		child_wait(run, arm->primitive);
		if (child_check(run, arm))
			return OUTCOME_FAILED;
	}
	return OUTCOME_OK;
}

enum outcome child_settle(struct run *run, const struct arm *arm)
{
	static const char what[] = "warm the caches";
	/* Such a child reads the heap, and would have to inherit it. */
	bool reads_heap = run->child_body || !arm || !arm->primitive ||
			  arm->primitive->traits & TRAIT_COPIES_HEAP;
	if (child_heap_copied(run, false) ||
	    (reads_heap ? settle_for_any(run, what) : settle_for(run, arm)))
		return OUTCOME_FAILED;
	return child_heap_copied(run, true);
}
