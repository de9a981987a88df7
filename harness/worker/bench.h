/* The plug-in interface: all that a file in bench/ needs. An experiment or a primitive is one file
 * that ends with EXPERIMENT(...) or PRIMITIVE(...) and registers itself; no other file is edited.
 *
 * Rules for code inside a window (METHODOLOGY, "Inside the window"): do nothing but the thing
 * named, and write nothing that fork inherits by copy. So results go to `struct started`, which is
 * shared memory. */
#ifndef FORKCOST_BENCH_H
#define FORKCOST_BENCH_H

#include "harness/common/axes.h"
#include "harness/common/problem.h"
#include "harness/common/rawsys.h"
#include "harness/common/traits.h"
#include "harness/common/wire.h"
#include "harness/worker/clock.h"

#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>

/* What a primitive reports about the child that it started. Lives in shared memory. */
struct started {
	uint64_t called;   /* ticks, read right before the call */
	uint64_t returned; /* ticks, read right after it returned in the caller */
	long id;           /* the child's, or a negative errno value */
	int pidfd;         /* clone3's, else -1 */
	int wait_status;
	long waited;                /* what wait4 returned: the child's id on success */
	uint64_t ended;             /* ticks, when the wait for the child returned */
	struct rusage usage;        /* of the child, from wait */
	struct rusage caller_usage; /* of the caller, right after the wait */
	int thread_tid;             /* set by the kernel to 0 when a thread has ended */
};

struct counting;   /* worker/counting.h */
struct partner;    /* worker/partner.h */
struct heap_pages; /* worker/heap.h */

/* The pages of the heap in the order in which the cell's passes touch them. A page here is the unit
 * of a first write to the page kind: 4 KiB, but 2 MiB for a hugetlb heap. */
struct touch {
	const uint32_t *order; /* shared memory */
	size_t count;
	size_t page_bytes;
};

/* How the heap lies in address space: parts of `part_bytes`, one at each multiple of `step_bytes`; the last one ends
 * with `span_bytes`. Where all lies together, one part, and all three are the heap's size. */
struct heap_spread {
	size_t part_bytes, step_bytes, span_bytes;
};

/* The state of a worker. Nothing changes it while a window is open. */
struct run {
	struct started *child; /* shared memory */
	volatile struct wire_stamps *stamps;
	const struct wire_request *request;
	struct problem *problem;
	uint32_t *lacks_pages; /* set to 1 if the problem is that the page kind is not available */
	pid_t worker;          /* this process */
	char *heap;
	size_t heap_bytes;
	struct heap_spread spread;
	void *child_stack_top;     /* shared memory, 16-byte aligned */
	const cpu_set_t *move_set; /* where a child moves itself first; NULL: nowhere */
	bool stamping;             /* the sample being taken is a stamped one (axes.h) */
	const struct wire_cell *cell;
	struct touch touch;
	struct counting *counting; /* NULL: the current sample is not a counted one */
	struct partner *partner;   /* shared memory */
	/* What a child does before it exits or execs; NULL: nothing. Raw system calls only. */
	void (*child_body)(struct run *run);
	char *scratch;            /* a page of shared memory, for writes without a purpose */
	uint32_t *histogram;      /* shared memory; NULL: the sample is added to no histogram */
	char *const *target_argv; /* for exec: forkcost-target's, with or without the argument to
 * stamp, or program_argv */
	char *const *target_envp;
	const char *target_path;
	char *const *program_argv; /* of a program that is not forkcost-target; NULL: it is */
	int program_status;        /* that it exits with; -1: any but WIRE_STATUS_NO_EXEC */
	int stderr_fd;             /* for complaints, where a program has another standard error */
	bool is_heap_kept;         /* out of all children, for the whole run */
	const struct heap_pages *pages; /* what the heap is made of */
	int files_from,
		files_behind; /* the numbers of the open files that are not the worker's own */
	/* What axes do to the heap. Writes every page of the new one; NULL: one after the other. Divides it into mappings
	 * before that; NULL: not at all. Makes it dirty before a sample; NULL: all of it. */
	enum outcome (*fill)(struct run *run), (*divide)(struct run *run),
		(*rewrite)(struct run *run);
	void (*write_beside)(struct run *run); /* what was written beside the heap; NULL: nothing */
};

struct arm;

/* ---- primitives ---- */

struct primitive {
	const char *name, *summary;
	/* Why an action makes no sense with this primitive; NULL: it is supported. */
	const char *refuses_exit, *refuses_exec;
	unsigned traits; /* enum primitive_traits, or-ed */
	/* Called once for each worker with such an arm, before the heap is there. May be NULL. */
	enum outcome (*begin)(struct run *run);
	/* Starts a child that does `action`: reads the clock around the call into ->called and
	 * ->returned of run->child, and sets ->id. */
	void (*start)(struct run *run, enum action action);
};

/* ---- experiments ---- */

struct metric {
	const char *name, *unit, *summary;
};

struct experiment {
	const char *name, *summary;
	const struct metric *metrics; /* ends with a NULL name; the first is the main one */
	/* The first case's name, of several that end with NULL; NULL if there are none. In a table of
	 * rows that are no names alone: CASE_ROWS. */
	const char *const *cases;
	size_t case_bytes;    /* of a row; 0: of a name */
	bool uses_primitives; /* an arm for every primitive and action */
	bool in_every_plan;
	bool needs_heap;    /* a heap without pages makes no sense: it is left out */
	bool ignores_heap;  /* its times do not depend on the heap's state */
	bool spawns;        /* its windows start processes: warm cells settle the caches by starting
 * some */
	bool takes_stamped; /* has metrics that need the stamped pass */
	bool warms_itself; /* its sample does what it measures some times before: none is taken to warm up */
	bool is_countable;    /* it calls count_begin() and count_end() around its window */
	bool counts_children; /* and reaps its children before count_end() */
	bool copies_heap;     /* needs memory for a second heap, for any primitive */
	unsigned varies; /* enum varies; other axes stay at dirty, warm, same, 4k, sequential */
	/* Heap sizes as for --heap, for the presets bench and full, and for quick; NULL: those of
	 * the preset. */
	const char *heaps, *quick_heaps;
	unsigned histogram; /* 1 + the metric whose single values go to run->histogram; 0: none */
	/* Allocates what the experiment needs, once per worker, before the first sample. May be
	 * NULL. */
	enum outcome (*make)(struct run *run);
	/* Why an arm cannot give a metric in this run; NULL if it can. May be NULL itself. Called after
	 * make(). */
	const char *(*missing)(const struct run *run, const struct arm *arm, unsigned metric);
	/* Why a case is not available on this machine at all; NULL if it is. May be NULL itself.
	 * Such an arm is never sampled, and all its metrics give the reason. */
	const char *(*refuses)(const struct run *run, const struct arm *arm);
	/* Arms with the same number are held against each other and take their turns next to each other. NULL: all. */
	unsigned (*group)(const struct arm *arm);
	/* Takes one sample: prepares what only this arm needs, opens and closes the window, checks. A
	 * sample whose proof fails is an error. */
	enum outcome (*sample)(struct run *run, const struct arm *arm, struct wire_sample *out);
};

struct arm {
	const struct experiment *experiment;
	const struct primitive *primitive; /* NULL if the experiment uses none */
	enum action action;
	unsigned case_index;
};

/* Registration: a pointer in a linker section that registry.c walks. Objects are linked directly,
 * never through an archive, and `retain` keeps --gc-sections away. */
#define PRIMITIVE(id, ...)                                                         \
	static const struct primitive id##_primitive = {.name = #id, __VA_ARGS__}; \
	static const struct primitive *const id##_primitive_entry                  \
		__attribute__((used, retain, section("forkcost_primitives"))) = &id##_primitive

#define EXPERIMENT(id, ...)                                                          \
	static const struct experiment id##_experiment = {.name = #id, __VA_ARGS__}; \
	static const struct experiment *const id##_experiment_entry                  \
		__attribute__((used, retain, section("forkcost_experiments"))) = &id##_experiment

/* For EXPERIMENT: cases are rows of a table, whose first member is the name, and which ends with {0}. */
#define CASE_ROWS(rows) .cases = &(rows)->name, .case_bytes = sizeof *(rows)

/* Puts a metric's value into a sample. */
static inline void sample_set(struct wire_sample *sample, unsigned metric, double value)
{
	sample->value[metric] = value;
	sample->set = (uint16_t)(sample->set | 1u << metric);
}

/* Notes a start, outside the window: the clock before and after the call, and the child's id or a negative
 * errno value. The readings stand in the primitive, so that its call alone lies between them. */
INLINED void child_started(const struct run *run, uint64_t called, uint64_t returned, long id)
{
	run->child->called = called;
	run->child->returned = returned;
	run->child->id = id;
}

/* ---- in the child ---- */

/* A child's first actions: stamp if asked, move if asked. Raw system calls only, because the child
 * may share its parent's memory (errno, TLS). Inlined, so that it needs no stack frame of its own. */
INLINED void child_begin(const struct run *run, bool stamp)
{
	if (stamp)
		run->stamps->started_ticks = clock_ticks_in_child();
	if (run->move_set) {
		if (raw_syscall(SYS_sched_setaffinity, 0, sizeof *run->move_set,
				(long)run->move_set, 0, 0) < 0)
			raw_exit_group(WIRE_STATUS_UNMOVED);
		if (stamp)
			run->stamps->moved_ticks = clock_ticks_in_child();
	}
}

/* For a child that may stay for long, or executes a program that does: it is killed when the worker
 * is killed, and exits at once if the worker was killed before this call. */
INLINED void child_die_with(pid_t worker)
{
	raw_syscall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (raw_syscall(SYS_getppid, 0, 0, 0, 0, 0) != worker)
		raw_exit_group(WIRE_STATUS_CHILD);
}

/* What a child does between its first actions and its end. */
INLINED void child_run(struct run *run)
{
	if (__builtin_expect(run->child_body != NULL, 0))
		run->child_body(run);
}

/* The child's end: exec or exit. */
__attribute__((noreturn)) INLINED void child_end(struct run *run, enum action action)
{
	child_run(run);
	if (action == ACTION_EXEC) {
		raw_syscall(SYS_execve, (long)run->target_path, (long)run->target_argv,
			    (long)run->target_envp, 0, 0);
		raw_exit_group(WIRE_STATUS_NO_EXEC);
	}
	raw_exit_group(WIRE_STATUS_CHILD);
}

/* The child's whole life: first actions, then exit or exec. Never returns. A stamp before exec
 * would delay what exec_start_ns measures: there only the target stamps. */
__attribute__((noreturn)) INLINED void child_act(struct run *run, enum action action)
{
	child_begin(run, run->stamping && action == ACTION_EXIT);
	child_end(run, action);
}

/* Entry points for raw_clone_onto(); the argument is the run. */
__attribute__((noreturn)) void child_enter_exit(void *run);
__attribute__((noreturn)) void child_enter_exec(void *run);

/* clone(2) with `flags`, the child on the run's child stack; the child does `action`. Inlined, so
 * that both clock readings are next to the system call, in the frame of the primitive. */
INLINED void child_start_onto(struct run *run, enum action action, unsigned long flags)
{
	void (*entry)(void *) = action == ACTION_EXEC ? child_enter_exec : child_enter_exit;
	uint64_t called = clock_ticks();
	long id = raw_clone_onto(flags, run->child_stack_top, NULL, entry, run);
	uint64_t returned = clock_ticks_after();
	child_started(run, called, returned, id);
}

/* clone(2) with `flags` and no separate stack, as fork does; the child does `action`. */
INLINED void child_start_copied(struct run *run, enum action action, unsigned long flags)
{
	uint64_t called = clock_ticks();
	long id = raw_clone(flags);
	if (id == 0)
		child_act(run, action);
	uint64_t returned = clock_ticks_after();
	child_started(run, called, returned, id);
}

/* ---- in the caller ---- */

/* What the calling thread used so far, page faults among it. */
INLINED void usage_read(struct rusage *usage)
{
	raw_syscall(SYS_getrusage, RUSAGE_THREAD, (long)usage, 0, 0, 0);
}

/* Waits for the child and records when the wait returned. Inlined, with status and usage in shared
 * memory, so that the wait writes nothing that fork shared by COW. A primitive by raw system call
 * then takes no page fault of its own in the caller between the call and the end of the wait. (One
 * fault is libc's: the kernel writes its rseq area when the caller wakes up.) */
INLINED void child_wait(struct run *run, const struct primitive *primitive)
{
	struct started *child = run->child;
	if (child->id < 0)
		return;
	if (primitive->traits & TRAIT_THREAD) {
		int tid;
		while ((tid = __atomic_load_n(&child->thread_tid, __ATOMIC_ACQUIRE)) != 0)
			raw_syscall(SYS_futex, (long)&child->thread_tid, 0 /* FUTEX_WAIT */, tid, 0,
				    0);
	} else {
		child->waited = raw_syscall(SYS_wait4, child->id, (long)&child->wait_status, __WALL,
					    (long)&child->usage, 0);
	}
#ifdef FORKCOST_SLOWER_PERMILLE
	clock_spin_longer(child->called, FORKCOST_SLOWER_PERMILLE);
#endif
	child->ended = clock_ticks_after();
	usage_read(&child->caller_usage);
}

/* Whether the child did what the arm asks for; call after child_wait(), outside the window. Closes
 * the pidfd. */
enum outcome child_check(struct run *run, const struct arm *arm);

/* Waits for a child that is not measured, by its id or a negative errno value, and checks that it
 * exited with the expected status. `what`: its task, for the error message. */
enum outcome child_reap(struct run *run, long id, int expected, const char *what);

/* Waits until forkcost-target has stamped, which proves that the old memory is gone, and a little
 * longer, until a target that stays is asleep. The caller cleared the stamp before. */
enum outcome child_await_stamp(struct run *run);

/* Starts a child by raw clone that exits at once, and reaps it. This write-protects every heap page
 * (write-protected). */
enum outcome child_write_protect_heap(struct run *run);

/* Stops or allows the inheritance of the heap by children, unless none ever inherits it; touches no page of it. */
enum outcome child_heap_copied(struct run *run, bool copied);

/* Starts and reaps some children while the heap is kept out of them, so that its state stays. After the heap was
 * prepared, this brings back into the caches what the kernel needs for the next window: the arm's own children, as
 * a loop of them would. `arm` NULL, or one whose child reads the heap: some children that share memory, exit and
 * exec in turn, then some that copy everything but the heap. */
enum outcome child_settle(struct run *run, const struct arm *arm);

/* Writes again to the stack below the caller's frame, where libc's own frames go. After a fork
 * those pages are write-protected, so the next call into libc would take a fault in the window
 * after some preparations and not after others. */
void child_dirty_stack(void);

#endif
