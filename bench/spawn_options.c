/* Measures: what an option of posix_spawn() adds: one file action or attribute at a time, and several at once, as
 *           runtimes ask for them.
 * Excludes: making the lists of actions and attributes, which programs do once or every time.
 * Expect:   each is a system call or two in the child, next to nothing beside exec; a session is the dearest. None makes
 *           libc copy page tables: the child always borrows the caller's memory.
 *
 * Before the first sample a child of each case is looked at, whether the option did what it says. */
#include "harness/worker/bench.h"

#include "harness/common/textfile.h"
#include "harness/worker/target.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { REAPED_NS, CALL_NS, CALLER_FAULTS };

static const struct metric metrics[] = {
	[REAPED_NS] = {"reaped_ns", "ns", "from the call until wait returns in the caller"},
	[CALL_NS] = {"call_ns", "ns", "how long the caller is blocked in the call"},
	[CALLER_FAULTS] = {"caller_faults", "count",
			   "page faults of the caller, from the call until reaped"},
	{0},
};

/* A file that all children inherit, and two that none has but by an option. A list of libc's begins closing above. */
enum { SURPLUS_FD = WIRE_EVICT_FD + 1, DUPLICATE_FD, OPENED_FD };

#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 34)
#define HAS_CLOSEFROM 1
#else
#define HAS_CLOSEFROM 0
#endif

struct options {
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	short flags;
};

static void dup2_one(struct options *options)
{
	posix_spawn_file_actions_adddup2(&options->actions, SURPLUS_FD, DUPLICATE_FD);
}

static void open_one(struct options *options)
{
	posix_spawn_file_actions_addopen(&options->actions, OPENED_FD, "/dev/null", O_RDWR, 0);
}

static void close_one(struct options *options)
{
	posix_spawn_file_actions_addclose(&options->actions, SURPLUS_FD);
}

static void close_from(struct options *options)
{
#if HAS_CLOSEFROM
	posix_spawn_file_actions_addclosefrom_np(&options->actions, SURPLUS_FD);
#else
	(void)options;
#endif
}

static void change_folder(struct options *options)
{
	posix_spawn_file_actions_addchdir_np(&options->actions, "/proc");
}

static void new_session(struct options *options)
{
	options->flags |= POSIX_SPAWN_SETSID;
}

static void new_group(struct options *options)
{
	options->flags |= POSIX_SPAWN_SETPGROUP;
	posix_spawnattr_setpgroup(&options->attributes, 0);
}

static void set_signals(struct options *options)
{
	sigset_t blocked, fallback;
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGUSR1);
	sigfillset(&fallback);
	options->flags |= POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
	posix_spawnattr_setsigmask(&options->attributes, &blocked);
	posix_spawnattr_setsigdefault(&options->attributes, &fallback);
}

static void set_scheduler(struct options *options)
{
	const struct sched_param none = {0};
	options->flags |= POSIX_SPAWN_SETSCHEDULER;
	posix_spawnattr_setschedpolicy(&options->attributes, SCHED_OTHER);
	posix_spawnattr_setschedparam(&options->attributes, &none);
}

static void set_several(struct options *options)
{
	dup2_one(options);
	open_one(options);
	change_folder(options);
	close_one(options);
	new_group(options);
	set_signals(options);
}

static bool has_file(pid_t child, int fd)
{
	char path[48];
	snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)child, fd);
	return faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static bool has_duplicate(pid_t child)
{
	return has_file(child, DUPLICATE_FD) && has_file(child, SURPLUS_FD);
}

static bool has_opened(pid_t child)
{
	return has_file(child, OPENED_FD);
}

static bool has_closed(pid_t child)
{
	return !has_file(child, SURPLUS_FD);
}

static bool is_elsewhere(pid_t child)
{
	char path[48], folder[16];
	snprintf(path, sizeof path, "/proc/%d/cwd", (int)child);
	return readlink(path, folder, sizeof folder) == 5 && memcmp(folder, "/proc", 5) == 0;
}

static bool leads_session(pid_t child)
{
	return getsid(child) == child;
}

static bool leads_group(pid_t child)
{
	return getpgid(child) == child;
}

static bool blocks_signal(pid_t child)
{
	return textfile_status(child, "SigBlk", 16) == UINT64_C(1) << (SIGUSR1 - 1);
}

/* Others that libc takes need a privilege, so this is the worker's own: that the call is made, tests see. */
static bool is_ordinary(pid_t child)
{
	return sched_getscheduler(child) == SCHED_OTHER;
}

/* Nothing of all that. */
static bool is_bare(pid_t child)
{
	return has_file(child, SURPLUS_FD) && !has_file(child, DUPLICATE_FD) &&
	       !has_opened(child) && !is_elsewhere(child) && !leads_session(child) &&
	       !leads_group(child) && !blocks_signal(child) && is_ordinary(child);
}

static bool has_several(pid_t child)
{
	return has_file(child, DUPLICATE_FD) && has_opened(child) && has_closed(child) &&
	       is_elsewhere(child) && leads_group(child) && blocks_signal(child);
}

static const struct option_case {
	const char *name;
	void (*set)(struct options *options); /* NULL: no lists are given */
	bool (*shows)(pid_t child);           /* in a child that stays */
} cases[] = {
	{"none", NULL, is_bare},
	{"dup2", dup2_one, has_duplicate},
	{"open", open_one, has_opened},
	{"close", close_one, has_closed},
	{"closefrom", close_from, has_closed},
	{"working_directory", change_folder, is_elsewhere},
	{"session", new_session, leads_session},
	{"process_group", new_group, leads_group},
	{"signals", set_signals, blocks_signal},
	{"scheduler", set_scheduler, is_ordinary},
	{"several", set_several, has_several},
	{0},
};

enum { CASES = sizeof cases / sizeof *cases - 1 };

/* Written once, before any window is open. */
static struct options prepared[CASES];

static const struct primitive as_process = {.name = "posix_spawn"};

static const char *refuses(const struct run *run, const struct arm *arm)
{
	(void)run;
	return !HAS_CLOSEFROM && cases[arm->case_index].set == close_from
		       ? "unavailable: this libc has no posix_spawn_file_actions_addclosefrom_np"
		       : NULL;
}

INLINED void start(struct run *run, const struct option_case *option, char *const *argv)
{
	const struct options *options = &prepared[option - cases];
	const posix_spawn_file_actions_t *actions = option->set ? &options->actions : NULL;
	const posix_spawnattr_t *attributes = option->set ? &options->attributes : NULL;
	pid_t id = 0;
	uint64_t called = clock_ticks();
	int error = posix_spawn(&id, run->target_path, actions, attributes, argv, run->target_envp);
	uint64_t returned = clock_ticks_after();
	child_started(run, called, returned, error ? -error : id);
}

/* Looks at a child that stays, and ends it. */
static enum outcome prove(struct run *run, const struct option_case *option)
{
	const struct arm arm = {.primitive = &as_process, .action = ACTION_EXEC};
	run->stamps->target_ticks = 0;
	start(run, option, target_argv(TARGET_STAMPS_AND_STAYS));
	if (run->child->id < 0)
		return child_check(run, &arm);
	const pid_t child = (pid_t)run->child->id;
	enum outcome outcome = child_await_stamp(run);
	if (!outcome && !option->shows(child))
		outcome = fail(run->problem,
			       "cannot trust case %s: the child does not show what was asked of "
			       "posix_spawn; report this",
			       option->name);
	kill(child, SIGKILL);
	child_wait(run, &as_process);
	return outcome;
}

static enum outcome make(struct run *run)
{
	const int null = open("/dev/null", O_RDWR);
	if (null < 0 || (null != SURPLUS_FD && dup2(null, SURPLUS_FD) < 0))
		return fail(run->problem, "cannot open /dev/null: %s; make it", strerror(errno));
	if (null != SURPLUS_FD)
		close(null);
	for (int i = 0; i < CASES; i++) {
		struct options *options = &prepared[i];
		if (!cases[i].set)
			continue;
		posix_spawn_file_actions_init(&options->actions);
		posix_spawnattr_init(&options->attributes);
		cases[i].set(options);
		posix_spawnattr_setflags(&options->attributes, options->flags);
	}
	for (unsigned i = 0; i < CASES; i++)
		if (!refuses(run, &(struct arm){.case_index = i}) && prove(run, &cases[i]))
			return OUTCOME_FAILED;
	return OUTCOME_OK;
}

static enum outcome sample(struct run *run, const struct arm *arm, struct wire_sample *out)
{
	static const struct arm as_exec = {.primitive = &as_process, .action = ACTION_EXEC};
	const struct started *child = run->child;
	struct rusage before;
	getrusage(RUSAGE_THREAD, &before);
	start(run, &cases[arm->case_index], run->target_argv);
	child_wait(run, &as_process);
	if (child_check(run, &as_exec))
		return OUTCOME_FAILED;
	sample_set(out, REAPED_NS, clock_ns(child->called, child->ended));
	sample_set(out, CALL_NS, clock_ns(child->called, child->returned));
	sample_set(out, CALLER_FAULTS, (double)(child->caller_usage.ru_minflt - before.ru_minflt));
	return OUTCOME_OK;
}

EXPERIMENT(spawn_options, .summary = "what options of posix_spawn() add", .metrics = metrics,
	   CASE_ROWS(cases), .heaps = "0", .quick_heaps = "0", .ignores_heap = true, .spawns = true,
	   .make = make, .refuses = refuses, .sample = sample);
