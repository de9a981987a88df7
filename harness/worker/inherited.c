#include "harness/worker/inherited.h"

#include "harness/common/rawsys.h"
#include "harness/common/textfile.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef PR_SET_MEMORY_MERGE
#define PR_SET_MEMORY_MERGE 67 /* Linux 6.4 */
#endif
#ifndef SYS_close_range
#define SYS_close_range 436 /* Linux 5.9 */
#endif

enum {
	FILES_KEPT = WIRE_EVICT_FD + 1, /* main() closes the last one where the driver gave none */
	TABLE_SLOTS = 256,              /* as large as after a shell: fast to search */
	STACK_BYTES = 8 << 20,
	TIMER_SLACK_NS = 50000,
	SIGNALS_MAX = 64,
};

/* By raw system call: libc refuses the two signals that it reserves. */
static void inherited_signals(void)
{
	static const char fallback[64]; /* SIG_DFL, no flags, no mask */
	static const uint64_t none;
	for (long signal = 1; signal <= SIGNALS_MAX; signal++)
		raw_syscall(SYS_rt_sigaction, signal, (long)fallback, 0, sizeof none, 0);
	raw_syscall(SYS_rt_sigprocmask, SIG_SETMASK, (long)&none, 0, sizeof none, 0);
}

/* As the kernel hands out entries of a folder (getdents64); libc's opendir() takes memory. */
struct entry {
	uint64_t inode, offset;
	uint16_t bytes;
	uint8_t type;
	char name[];
};

/* Calls `visit`, which may close it, for each open file of this process but the one that the list is read
 * from. Takes no memory. False if /proc does not say. */
static bool each_open_file(void (*visit)(int fd, void *context), void *context)
{
	_Alignas(struct entry) char room[2048] = {0};
	long got;
	int list = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (list < 0)
		return false;
	while ((got = raw_syscall(SYS_getdents64, list, (long)room, sizeof room, 0, 0)) > 0)
		for (long at = 0; at < got;) {
			const struct entry *entry = (const struct entry *)(room + at);
			int fd = (int)strtol(entry->name, NULL, 10);
			if (isdigit((unsigned char)*entry->name) && fd != list)
				visit(fd, context);
			at += entry->bytes;
		}
	close(list);
	return got == 0;
}

static void close_surplus(int fd, void *context)
{
	(void)context;
	if (fd >= FILES_KEPT)
		close(fd);
}

/* A table that once was large stays large, and every fork looks through all of it. One that is shared is
 * copied, no larger than its files need, when the sharing ends: so share it with a child for a moment. */
static enum outcome shrink_table(struct problem *problem)
{
	const uint64_t slots = textfile_status(0, "FDSize", 10);
	if (slots <= TABLE_SLOTS || slots == UINT64_MAX)
		return OUTCOME_OK;
	long id = raw_clone(CLONE_FILES | SIGCHLD);
	if (id == 0) {
		raw_syscall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		const struct timespec longest = {.tv_sec = 10};
		raw_syscall(SYS_nanosleep, (long)&longest, 0, 0, 0, 0);
		raw_exit_group(0);
	}
	int error = id < 0 ? (int)-id : unshare(CLONE_FILES) < 0 ? errno : 0;
	if (id > 0) {
		kill((pid_t)id, SIGKILL);
		while (waitpid((pid_t)id, NULL, 0) < 0 && errno == EINTR)
			;
	}
	if (error)
		return fail(problem,
			    "cannot shrink the table of open files: %s; start forkcost with fewer "
			    "files open",
			    strerror(error));
	return OUTCOME_OK;
}

static enum outcome inherited_files(struct problem *problem)
{
	for (int fd = 0; fd < WIRE_FD; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd)
			return fail(problem, "cannot open /dev/null: %s; make it", strerror(errno));
	/* close_range() exists from Linux 5.9 on, and seccomp filters may not know it. */
	if (raw_syscall(SYS_close_range, FILES_KEPT, ~0u, 0, 0, 0) < 0 &&
	    !each_open_file(close_surplus, NULL))
		return fail(problem, "cannot close what the caller had open: %s; mount /proc",
			    strerror(errno));
	return shrink_table(problem);
}

/* The stack limit decides where all mappings are, and takes effect at exec. True if it was changed. */
static bool inherited_limits(void)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_CORE, &limit) == 0) {
		limit.rlim_cur = 0;
		setrlimit(RLIMIT_CORE, &limit);
	}
	if (getrlimit(RLIMIT_STACK, &limit) < 0)
		return false;
	rlim_t wanted = limit.rlim_max < STACK_BYTES ? limit.rlim_max : STACK_BYTES;
	if (limit.rlim_cur == wanted)
		return false;
	limit.rlim_cur = wanted;
	return setrlimit(RLIMIT_STACK, &limit) == 0;
}

/* inherited_describe() shows what is refused here. */
static void inherited_scheduling(void)
{
	const struct sched_param none = {0};
	sched_setscheduler(0, SCHED_OTHER, &none);
	setpriority(PRIO_PROCESS, 0, 0);
	prctl(PR_SET_TIMERSLACK, TIMER_SLACK_NS, 0, 0, 0);
	prctl(PR_SET_THP_DISABLE, 0, 0, 0, 0);
	prctl(PR_SET_MEMORY_MERGE, 0, 0, 0, 0);
}

/* Among others, ADDR_NO_RANDOMIZE. Takes effect at exec. True if it was changed. */
static bool inherited_personality(void)
{
	int had = personality(0xffffffff);
	return had > 0 && personality(PER_LINUX) >= 0 && personality(0xffffffff) == PER_LINUX;
}

static enum outcome start_again(char **argv, struct problem *problem)
{
	char path[WIRE_PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
	if (length > 0) {
		path[length] = '\0';
		execve(path, argv, environ);
	}
	return fail(problem, "cannot start forkcost-worker again: %s; mount /proc",
		    strerror(errno));
}

enum outcome inherited_reset(char **argv, struct problem *problem)
{
	inherited_signals();
	umask(022);
	inherited_scheduling();
	bool again = inherited_limits();
	again = inherited_personality() || again;
	/* Not an endless loop: the second time nothing is left to change. */
	if (again)
		return start_again(argv, problem);
	return inherited_files(problem);
}

static void count_one(int fd, void *count)
{
	(void)fd;
	++*(uint64_t *)count;
}

uint64_t inherited_open_files(void)
{
	uint64_t count = 0;
	return each_open_file(count_one, &count) ? count : WIRE_UNKNOWN;
}

/* By raw system call: libcs differ in the type of `which`. */
static uint64_t soft_limit(int which)
{
	struct rlimit limit = {0}; /* the kernel fills it in */
	if (raw_syscall(SYS_prlimit64, 0, which, 0, (long)&limit, 0) < 0)
		return WIRE_UNKNOWN;
	return limit.rlim_cur > INT64_MAX ? WIRE_UNLIMITED : limit.rlim_cur;
}

static uint64_t known(long value)
{
	return value < 0 ? WIRE_UNKNOWN : (uint64_t)value;
}

void inherited_describe(struct wire_start *start)
{
	char text[32];
	const mode_t mask = umask(022);
	umask(mask);
	start->niceness = getpriority(PRIO_PROCESS, 0);
	start->policy = known(sched_getscheduler(0));
	start->umask = mask;
	start->personality = known(personality(0xffffffff));
	start->timer_slack_ns = known(prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0));
	start->securebits = known(prctl(PR_GET_SECUREBITS, 0, 0, 0, 0));
	start->no_new_privs = known(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
	start->seccomp = textfile_status(0, "Seccomp", 10);
	start->seccomp_filters = textfile_status(0, "Seccomp_filters", 10);
	start->table_slots = textfile_status(0, "FDSize", 10);
	start->open_files = inherited_open_files();
	start->oom_score_adj = textfile_read("/proc/self/oom_score_adj", text, sizeof text)
				       ? (int32_t)strtol(text, NULL, 10)
				       : INT32_MIN;
	static const int limits[WIRE_LIMIT_COUNT] = {
		[WIRE_LIMIT_ADDRESS_SPACE] = RLIMIT_AS, [WIRE_LIMIT_CORE] = RLIMIT_CORE,
		[WIRE_LIMIT_CPU] = RLIMIT_CPU,          [WIRE_LIMIT_DATA] = RLIMIT_DATA,
		[WIRE_LIMIT_LOCKED] = RLIMIT_MEMLOCK,   [WIRE_LIMIT_FILES] = RLIMIT_NOFILE,
		[WIRE_LIMIT_PROCESSES] = RLIMIT_NPROC,  [WIRE_LIMIT_STACK] = RLIMIT_STACK,
	};
	for (unsigned i = 0; i < WIRE_LIMIT_COUNT; i++)
		start->limits[i] = soft_limit(limits[i]);
}
