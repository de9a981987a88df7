#include "harness/worker/handed.h"

#include "harness/worker/partner.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <unistd.h>

enum { SCRATCH_BYTES = 4096 };

__attribute__((noreturn)) static void become_program(struct run *run)
{
	raw_syscall(SYS_ptrace, PTRACE_TRACEME, 0, 0, 0, 0);
	raw_syscall(SYS_execve, (long)run->target_path, (long)run->program_argv,
		    (long)run->target_envp, 0, 0);
	raw_exit_group(WIRE_STATUS_NO_EXEC);
}

/* Other programs do not know how to stay: one that is traced stops before its first instruction. The target needs none of
 * that, so that who looks on with strace sees it, too. */
static enum outcome start_program(struct run *run)
{
	int status = 0;
	if (!run->program_argv)
		return partner_start_target(run);
	if (partner_start(run, SIGCHLD, become_program))
		return OUTCOME_FAILED;
	const long got = raw_syscall(SYS_wait4, run->partner->id, (long)&status, __WALL, 0, 0);
	if (got == run->partner->id && WIFSTOPPED(status))
		return OUTCOME_OK;
	partner_kill(run);
	return fail(
		run->problem,
		"cannot look at what a new program got: it did not stop, and its status is %#x; "
		"permit ptrace, and trace nothing of this run",
		(unsigned)status);
}

/* Of the live program; -1 if /proc does not say. */
static long count_strings(struct run *run, const char *file)
{
	char path[48];
	long count = 0;
	ssize_t got;
	snprintf(path, sizeof path, "/proc/%ld/%s", run->partner->id, file);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	while ((got = read(fd, run->scratch, SCRATCH_BYTES)) > 0)
		for (ssize_t at = 0; at < got; at++)
			count += run->scratch[at] == '\0';
	close(fd);
	return got < 0 ? -1 : count;
}

enum outcome handed_check(struct run *run, const char *file, unsigned own, uint64_t level,
			  const char *what)
{
	char look[64];
	snprintf(look, sizeof look, "a look at its %s", what);
	run->stamps->target_ticks = 0;
	if (child_heap_copied(run, false) || start_program(run))
		return OUTCOME_FAILED;
	const long count = count_strings(run, file);
	if (partner_end_target(run, look) || child_heap_copied(run, true))
		return OUTCOME_FAILED;
	if (count == (long)(level + own))
		return OUTCOME_OK;
	return fail(run->problem,
		    "cannot trust the new program: it got %ld %s instead of %u; mount /proc, or "
		    "report this",
		    count < 0 ? count : count - (long)own, what, (unsigned)level);
}
