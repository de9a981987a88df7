#include "harness/worker/bench.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SETTLE_ROUNDS = 3 };

void child_enter_exit(void *run)
{
	child_act(run, ACTION_EXIT);
}

void child_enter_exec(void *run)
{
	child_act(run, ACTION_EXEC);
}

/* What to do about a primitive that was refused by the kernel. */
static const char *remedy(long error)
{
	switch (error) {
	case EAGAIN:
		return "raise the limit on processes (ulimit -u, pids.max of the cgroup)";
	case ENOMEM:
		return "use a smaller --heap, or set vm.overcommit_memory=1";
	case ENOSYS:
	case EPERM:
		return "a seccomp filter or an old kernel forbids it; leave it out with "
		       "--primitive";
	default:
		return "leave it out with --primitive";
	}
}

static enum outcome check_status(struct run *run, const struct arm *arm)
{
	const char *name = arm->primitive->name;
	int status = run->child->wait_status;
	int expected = arm->action == ACTION_EXEC ? WIRE_STATUS_TARGET : WIRE_STATUS_CHILD;
	if (WIFEXITED(status) && WEXITSTATUS(status) == expected)
		return OUTCOME_OK;
	if (WIFSIGNALED(status))
		return fail(run->problem,
			    "cannot trust a child of %s: killed by signal %d (%s); see "
			    "dmesg for the reason",
			    name, WTERMSIG(status), strsignal(WTERMSIG(status)));
	if (arm->action == ACTION_EXEC && WEXITSTATUS(status) == 127)
		return fail(
			run->problem,
			"cannot exec '%s' from %s: the target did not run; rebuild it with make",
			run->target_path, name);
	return fail(run->problem,
		    "cannot trust a child of %s: it left with status %d instead of %d; %s", name,
		    WEXITSTATUS(status), expected,
		    arm->action == ACTION_EXEC ? "the exec target is not forkcost-target: run make"
					       : "a seccomp filter may be in the way");
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

/* Only the heap shall be clean: the stack below here is written again, where libc's own frames go. */
static __attribute__((noinline)) void dirty_stack(void)
{
	volatile char below[4 * 4096];
	for (size_t at = 0; at < sizeof below; at += 4096)
		below[at] = 0;
}

enum outcome child_clean_heap(struct run *run)
{
	long id = raw_clone(SIGCHLD);
	if (id == 0)
		raw_exit_group(WIRE_STATUS_CHILD);
	if (id < 0)
		return fail(run->problem, "cannot fork to make the heap clean: %s; %s",
			    strerror((int)-id), remedy(-id));
	raw_syscall(SYS_wait4, id, (long)&run->child->wait_status, __WALL, 0, 0);
	dirty_stack();
	return OUTCOME_OK;
}

/* Neither stamps nor moves: a child on another CPU would leave its traces there (rule 13). */
__attribute__((noreturn)) static void settle_by_exit(void *run)
{
	child_end(run, ACTION_EXIT);
}

__attribute__((noreturn)) static void settle_by_exec(void *run)
{
	child_end(run, ACTION_EXEC);
}

enum outcome child_settle(struct run *run)
{
	for (int i = 0; i < 2 * SETTLE_ROUNDS; i++) {
		long id = raw_clone_onto(CLONE_VM | CLONE_VFORK | SIGCHLD, run->child_stack_top,
					 NULL, i % 2 ? settle_by_exec : settle_by_exit, run);
		if (id < 0)
			return fail(run->problem, "cannot start a child to warm the caches: %s; %s",
				    strerror((int)-id), remedy(-id));
		raw_syscall(SYS_wait4, id, (long)&run->child->wait_status, __WALL, 0, 0);
	}
	return OUTCOME_OK;
}
