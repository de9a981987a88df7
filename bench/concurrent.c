/* Measures: starts at the same time: how many children several starters start and reap a second, all together, and
 *           how long a start takes them. Starters are processes, each with a heap of its own; or threads of one
 *           process, which share its heap, and with it the lock over its mappings. They are dealt out over all
 *           CPUs that are allowed, and children run where their starter does. Processes are all forked from one worker,
 *           so they share more than independent programs do: the kernel keeps their private mappings in one tree of the
 *           worker's (anon_vma), whose lock each fork and each exit takes. On many CPUs they are held up by it.
 * Excludes: the start of the starters, and some starts of each before. Nobody writes the heap between starts, so a
 *           starter's first fork finds it dirty, or its first in the window none that is: all of the window's find it
 *           write-protected.
 * Expect:   up to one starter a CPU as many times more starts as there are starters, less what they share in the
 *           kernel and in the caches; beyond that no more, and a start takes as many times longer. Threads that fork
 *           are behind processes: each fork holds the lock that others' need, and flushes their TLBs. Where memory is
 *           shared with the child (vfork, posix_spawn) threads and processes differ little. */
#include "harness/common/futex.h"
#include "harness/common/histogram.h"
#include "harness/common/rank.h"
#include "harness/common/remedy.h"
#include "harness/worker/arena.h"
#include "harness/worker/bench.h"
#include "harness/worker/heap.h"
#include "harness/worker/registry.h"
#include "harness/worker/threads.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { REAPED_NS, REAPED_P99_NS, CALL_NS, STARTS_PER_S, WINDOW_NS, STARTS, CPUS };

static const struct metric metrics[] = {
	[REAPED_NS] = {"reaped_ns", "ns", "a call to the end of its wait, median of a window"},
	[REAPED_P99_NS] = {"reaped_p99_ns", "ns", "the same, 99th percentile of a window"},
	[CALL_NS] = {"call_ns", "ns", "inside the call, median of a window"},
	[STARTS_PER_S] = {"starts_per_s", "1/s", "starts a second, of all starters together"},
	[WINDOW_NS] = {"window_ns", "ns", "the window: first call to the end of the last wait"},
	[STARTS] = {"starts", "count", "children started and reaped in the window"},
	[CPUS] = {"cpus", "count", "CPUs where the starters ran"},
	{0},
};

static const struct story {
	const char *name, *primitive;
	enum action action;
	bool by_threads; /* else by processes */
} stories[] = {
	{"processes_fork_exit", "fork", ACTION_EXIT, false},
	{"threads_fork_exit", "fork", ACTION_EXIT, true},
	{"processes_vfork_exec", "vfork", ACTION_EXEC, false},
	{"threads_vfork_exec", "vfork", ACTION_EXEC, true},
	{"processes_posix_spawn", "posix_spawn", ACTION_EXEC, false},
	{"threads_posix_spawn", "posix_spawn", ACTION_EXEC, true},
	{0},
};

enum {
	/* Enough for a 99th percentile, and so many that what the last starts of a window lack, while some starters
	 * have no more to do, is under half a per cent of it. */
	STARTS_MIN = 512,
	STARTS_EACH = 128,
	WARMING_STARTS = 3,
	STACK_BYTES = 128 << 10, /* of a thread */
	/* For each wait. Shorter than the driver's patience. */
	TIMEOUT_S = 50,
};

/* One that starts children. Shared memory. */
struct starter {
	_Alignas(64) struct started child;
	struct run run; /* the worker's, but for the child and the problem */
	struct problem problem;
	const struct arm *arm;
	int cpu, seen_cpu;
	uint64_t from,
		to; /* ticks: its first call in the window, the end of its last wait; 0: none */
	bool failed;
	pthread_t thread;
	long id; /* the process's; 0: there is none */
};

/* Where all meet. Shared memory. */
static struct meeting {
	_Alignas(64) int ready;      /* futex: how many are */
	_Alignas(64) int go;         /* futex: 1 opens the window */
	_Alignas(64) int done;       /* futex: how many are */
	_Alignas(64) unsigned taken; /* starts that somebody took on */
} * meeting;

static struct starter *starters;
static uint32_t *reaped_ticks, *call_ticks; /* of each start. Shared memory */
static unsigned count, starts;
static char *
	stacks; /* of threads: private memory, as a thread's stack is, and without mappings of each */

/* ---- in a starter: a thread, or a process ---- */

static enum outcome start_one(struct starter *self)
{
	const struct primitive *primitive = self->arm->primitive;
	primitive->start(&self->run, self->arm->action);
	child_wait(&self->run, primitive);
	return child_check(&self->run, self->arm);
}

static enum outcome start_many(struct starter *self)
{
	const struct started *child = &self->child;
	unsigned taken;
	while ((taken = __atomic_fetch_add(&meeting->taken, 1, __ATOMIC_RELAXED)) < starts) {
		if (start_one(self))
			return OUTCOME_FAILED;
		if (!self->from)
			self->from = child->called;
		self->to = child->ended;
		if (child->ended - child->called > UINT32_MAX)
			return fail(&self->problem,
				    "cannot note a start of %.1f s: a tick counter of 32 bits ends "
				    "before; give a smaller --heap or --starters",
				    clock_ns(child->called, child->ended) / 1e9);
		reaped_ticks[taken] = (uint32_t)(child->ended - child->called);
		call_ticks[taken] = (uint32_t)(child->returned - child->called);
	}
	return OUTCOME_OK;
}

static enum outcome get_ready(struct starter *self)
{
	cpu_set_t there;
	CPU_ZERO(&there);
	CPU_SET((unsigned)self->cpu, &there);
	long moved = raw_syscall(SYS_sched_setaffinity, 0, sizeof there, (long)&there, 0, 0);
	if (moved < 0)
		return fail(&self->problem,
			    "cannot move a starter to CPU %d: %s; it may have gone offline: allow "
			    "other CPUs (taskset)",
			    self->cpu, strerror((int)-moved));
	for (int i = 0; i < WARMING_STARTS; i++)
		if (start_one(self))
			return OUTCOME_FAILED;
	return OUTCOME_OK;
}

static void report(int *word)
{
	__atomic_add_fetch(word, 1, __ATOMIC_RELEASE);
	futex_wake(word, 1);
}

static void live(struct starter *self)
{
	enum outcome outcome = get_ready(self);
	unsigned cpu = 0;
	report(&meeting->ready);
	if (!futex_sleep_until(&meeting->go, 1, TIMEOUT_S))
		outcome = fail(&self->problem,
			       "cannot go on: the window did not open within %d s; "
			       "see dmesg",
			       TIMEOUT_S);
	if (!outcome)
		outcome = start_many(self);
	raw_syscall(SYS_getcpu, (long)&cpu, 0, 0, 0, 0);
	self->seen_cpu = (int)cpu;
	self->failed = outcome != OUTCOME_OK;
	report(&meeting->done);
}

static void *thread_live(void *self)
{
	live(self);
	return NULL;
}

/* A process of its own has pages of its own: it writes all, and so has copies. */
__attribute__((noreturn)) static void process_live(struct starter *self)
{
	child_die_with(self->run.worker);
	munmap(stacks, (size_t)count * STACK_BYTES);
	heap_write_pages(&self->run);
	live(self);
	raw_exit_group(WIRE_STATUS_CHILD);
}

/* ---- in the worker ---- */

/* The starters' CPUs in turn: the worker's, then the others that are allowed. */
static int cpu_of(const struct wire_request *request, unsigned index, unsigned cpus)
{
	return index % cpus ? threads_cpu(request, index % cpus - 1) : request->caller_cpu;
}

static unsigned count_cpus(const struct wire_request *request)
{
	unsigned cpus = 1;
	while (threads_cpu(request, cpus - 1) >= 0)
		cpus++;
	return cpus;
}

static enum outcome start_thread(struct starter *self, unsigned index)
{
	pthread_attr_t attributes;
	pthread_attr_init(&attributes);
	pthread_attr_setstack(&attributes, stacks + (size_t)index * STACK_BYTES, STACK_BYTES);
	int error = pthread_create(&self->thread, &attributes, thread_live, self);
	pthread_attr_destroy(&attributes);
	self->id = error ? -error : 1;
	return error ? OUTCOME_FAILED : OUTCOME_OK;
}

static enum outcome start_process(struct starter *self)
{
	pid_t id = fork();
	if (id == 0)
		process_live(self);
	self->id = id < 0 ? -errno : id;
	return id < 0 ? OUTCOME_FAILED : OUTCOME_OK;
}

static enum outcome start_all(struct run *run, const struct story *story, const struct arm *arm)
{
	const unsigned cpus = count_cpus(run->request);
	memset(meeting, 0, sizeof *meeting);
	memset(starters, 0, count * sizeof *starters);
	for (unsigned i = 0; i < count; i++) {
		struct starter *self = &starters[i];
		self->arm = arm;
		self->cpu = cpu_of(run->request, i, cpus);
		self->run = *run;
		self->run.child = &self->child;
		self->run.problem = &self->problem;
		self->child.pidfd = -1;
		if (story->by_threads ? start_thread(self, i) : start_process(self))
			return fail(run->problem, "cannot have %u starters: %s; %s", count,
				    strerror((int)-self->id),
				    remedy_or((int)-self->id, "give a smaller --starters"));
	}
	return OUTCOME_OK;
}

static enum outcome await(struct run *run, int *word)
{
	if (futex_sleep_until(word, (int)count, TIMEOUT_S))
		return OUTCOME_OK;
	return fail(run->problem,
		    "cannot go on: starters did not do %u starts within %d s; give a smaller "
		    "--heap or --starters",
		    starts, TIMEOUT_S);
}

/* Whether it ended as it should. One that did not come so far as to be done is killed. */
static bool process_ended(struct run *run, const struct starter *self, bool in_time)
{
	int *status = &run->child->wait_status;
	if (!in_time)
		raw_syscall(SYS_kill, self->id, SIGKILL, 0, 0, 0);
	return raw_syscall(SYS_wait4, self->id, (long)status, __WALL, 0, 0) == self->id &&
	       WIFEXITED(*status) && WEXITSTATUS(*status) == WIRE_STATUS_CHILD;
}

static bool thread_ended(const struct starter *self)
{
	struct timespec until;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += TIMEOUT_S;
	return pthread_timedjoin_np(self->thread, NULL, &until) == 0;
}

static enum outcome end_all(struct run *run, const struct story *story, bool in_time)
{
	bool ended = true;
	for (unsigned i = 0; i < count; i++) {
		struct starter *self = &starters[i];
		if (self->id > 0)
			ended = (story->by_threads ? thread_ended(self)
						   : process_ended(run, self, in_time)) &&
				ended;
		self->id = 0;
	}
	if (ended || !in_time)
		return in_time ? OUTCOME_OK : OUTCOME_FAILED;
	return fail(run->problem, "cannot trust %s: a starter did not end as it should; see dmesg",
		    story->name);
}

/* ---- the proof: as many children as were asked for, on as many CPUs ---- */

static unsigned cpus_seen(void)
{
	cpu_set_t seen;
	CPU_ZERO(&seen);
	for (unsigned i = 0; i < count; i++)
		CPU_SET((unsigned)starters[i].seen_cpu, &seen);
	return (unsigned)CPU_COUNT(&seen);
}

static enum outcome prove(struct run *run, const struct story *story)
{
	const unsigned cpus = count_cpus(run->request), expected = count < cpus ? count : cpus;
	for (unsigned i = 0; i < count; i++)
		if (starters[i].failed)
			return fail(run->problem, "%s", starters[i].problem.text);
	for (unsigned i = 0; i < starts; i++)
		if (!reaped_ticks[i])
			return fail(run->problem,
				    "cannot trust %s: %u starts were to be, and number %u was not; "
				    "report this",
				    story->name, starts, i);
	if (cpus_seen() == expected)
		return OUTCOME_OK;
	return fail(run->problem,
		    "cannot trust %s: %u starters ran on %u CPUs, expected %u; was a CPU taken "
		    "away?",
		    story->name, count, cpus_seen(), expected);
}

static void set_values(struct run *run, struct wire_sample *out)
{
	uint64_t from = UINT64_MAX, to = 0;
	for (unsigned i = 0; i < count; i++) {
		if (starters[i].from && starters[i].from < from)
			from = starters[i].from;
		if (starters[i].to > to)
			to = starters[i].to;
	}
	const double window_ns = clock_ns(from, to);
	for (unsigned i = 0; run->histogram && i < starts; i++)
		run->histogram[histogram_bucket(clock_ns(0, reaped_ticks[i]))]++;
	sample_set(out, REAPED_NS, clock_ns(0, rank_quantile(reaped_ticks, starts, 500)));
	sample_set(out, REAPED_P99_NS, clock_ns(0, rank_quantile(reaped_ticks, starts, 990)));
	sample_set(out, CALL_NS, clock_ns(0, rank_quantile(call_ticks, starts, 500)));
	sample_set(out, STARTS_PER_S, starts / window_ns * 1e9);
	sample_set(out, WINDOW_NS, window_ns);
	sample_set(out, STARTS, starts);
	sample_set(out, CPUS, cpus_seen());
}

static enum outcome sample(struct run *run, const struct arm *arm, struct wire_sample *out)
{
	const struct story *story = &stories[arm->case_index];
	const struct arm started = {.experiment = arm->experiment,
				    .primitive = registry_primitive(story->primitive),
				    .action = story->action};
	if (!started.primitive)
		return fail(run->problem, "cannot find primitive '%s'; see forkcost list",
			    story->primitive);
	memset(reaped_ticks, 0, starts * sizeof *reaped_ticks);
	enum outcome outcome = start_all(run, story, &started);
	if (!outcome)
		outcome = await(run, &meeting->ready);
	if (!outcome) {
		futex_raise(&meeting->go, 1);
		outcome = await(run, &meeting->done);
	}
	if (outcome) { /* whoever waits for the window finds nothing to do in it */
		__atomic_store_n(&meeting->taken, starts, __ATOMIC_RELAXED);
		futex_raise(&meeting->go, 1);
	}
	if (end_all(run, story, outcome == OUTCOME_OK) || prove(run, story))
		return OUTCOME_FAILED;
	set_values(run, out);
	return OUTCOME_OK;
}

static enum outcome make(struct run *run)
{
	count = (unsigned)run->request->level[AXIS_STARTERS];
	if (count == 0)
		return fail(run->problem,
			    "cannot start children with 0 starters; give --starters 1 or more");
	starts = count * STARTS_EACH < STARTS_MIN ? STARTS_MIN : count * STARTS_EACH;
	meeting = arena_share(sizeof *meeting, "the starters' meeting", run->problem);
	starters = arena_share(count * sizeof *starters, "starters", run->problem);
	reaped_ticks = arena_share(starts * sizeof *reaped_ticks, "times of starts", run->problem);
	call_ticks = arena_share(starts * sizeof *call_ticks, "times of starts", run->problem);
	if (!meeting || !starters || !reaped_ticks || !call_ticks)
		return OUTCOME_FAILED;
	stacks = mmap(NULL, (size_t)count * STACK_BYTES, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (stacks != MAP_FAILED)
		return OUTCOME_OK;
	return fail(run->problem, "cannot map stacks for %u threads: %s; give a smaller --starters",
		    count, strerror(errno));
}

/* What is held against each other: processes against threads. */
static unsigned group(const struct arm *arm)
{
	return arm->case_index / 2;
}

EXPERIMENT(concurrent,
	   .summary = "several processes, or threads of one, start children at the same time",
	   .metrics = metrics, CASE_ROWS(stories), .varies = VARIES_STARTERS, .copies_heap = true,
	   .warms_itself = true, .heaps = "0,4M", .quick_heaps = "0", .histogram = 1 + REAPED_NS,
	   .make = make, .group = group, .sample = sample);
