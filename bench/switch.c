/* Measures: one switch between two processes that take turns on the same CPU: half a round trip
 *           over one futex in shared memory. Each reads the heap's pages in its turn.
 * Excludes: the start of the other process, and its first turns, which fault its pages in.
 * Expect:   1 to 3 us. Separate memory takes a little longer than shared memory without pages, and
 *           more with every page that the TLB must load again. Both cases read the same frames, so
 *           the same cache lines: the difference is the address space. */
#include "harness/common/futex.h"
#include "harness/worker/arena.h"
#include "harness/worker/bench.h"
#include "harness/worker/counting.h"
#include "harness/worker/pages.h"
#include "harness/worker/partner.h"

#ifdef __GLIBC__
#include <sys/rseq.h>
#endif
#include <sys/time.h>

enum { SWITCH_NS, SWITCHES, FAULTS };

enum { LINE_BYTES = 64 };

/* Round trips. */
enum { UNTIMED = 20, TIMED = 100 };

/* The turn: even, the caller's; odd, the child's; LEAVE: the child must exit. */
enum { LEAVE = -1 };

static const struct metric metrics[] = {
	[SWITCH_NS] = {"switch_ns", "ns", "one switch and the reads that follow it"},
	[SWITCHES] = {"switches", "count", "switches in the window"},
	[FAULTS] = {"faults", "count", "page faults of both in the window"},
	{0},
};

static const char *const cases[] = {"shared", "separate", NULL};
static const unsigned long flags[] = {CLONE_VM | SIGCHLD, SIGCHLD};

/* Shared memory. */
static struct table {
	_Alignas(64) int turn;             /* futex */
	_Alignas(64) struct window window; /* the caller's; the child's is its partner's */
} * table;

static void on_alarm(int signal)
{
	(void)signal;
}

/* Fires repeatedly, because a single one could be lost right before a wait. 0: never. */
static void set_alarm(int seconds)
{
	const struct itimerval alarm = {.it_value.tv_sec = seconds, .it_interval.tv_sec = 1};
	setitimer(ITIMER_REAL, &alarm, NULL);
}

static enum outcome make(struct run *run)
{
	table = arena_share(sizeof *table, "the futex of two processes", run->problem);
	/* Without SA_RESTART the alarm interrupts a wait. */
	const struct sigaction action = {.sa_handler = on_alarm};
	sigaction(SIGALRM, &action, NULL);
	return table ? OUTCOME_OK : OUTCOME_FAILED;
}

/* At every switch to a thread that registered an rseq area, the kernel writes to it. clone
 * unregisters it in a child that shares memory. So a child with separate memory must unregister it
 * too, to be comparable. */
static void leave_rseq(void)
{
#ifdef RSEQ_SIG
	enum { UNREGISTER = 1, REGISTERED_BYTES = 32 };
	raw_syscall(SYS_rseq, (long)((char *)__builtin_thread_pointer() + __rseq_offset),
		    REGISTERED_BYTES, UNREGISTER, RSEQ_SIG, 0);
#endif
}

/* Sleeps while the turn is `now`. False if the alarm fired: a timeout for each wait would cost a
 * tenth of a switch, so one alarm covers all waits. The child has none: it ends with the caller. */
INLINED bool sleep_while(int *word, int now)
{
	while (__atomic_load_n(word, __ATOMIC_ACQUIRE) == now)
		if (futex_wait(word, now, NULL) == -EINTR)
			return false;
	return true;
}

INLINED void hand_over(const struct touch *touch, const char *heap, int *word, int next)
{
	pages_read(touch, heap);
	__atomic_store_n(word, next, __ATOMIC_RELEASE);
	futex_wake(word, 1);
}

/* The caller's side: `count` round trips from turn `from` on. Both sides start at a cache line,
 * wherever the linker puts them: at one of seventeen tried positions, separate memory cost 600 ns
 * more. */
__attribute__((noinline, aligned(LINE_BYTES))) static bool round_trips(const struct run *run,
								       int from, int count)
{
	const struct touch touch = run->touch;
	const char *heap = run->heap;
	int *word = &table->turn;
	for (int turn = from; turn < from + 2 * count; turn += 2) {
		hand_over(&touch, heap, word, turn + 1);
		if (!sleep_while(word, turn + 1))
			return false;
	}
	return true;
}

/* The child's side, until it is asked to exit. Its faults are those between its last untimed turn
 * and its end. */
__attribute__((aligned(LINE_BYTES))) static void answer(struct run *run)
{
	const struct touch touch = run->touch;
	const char *heap = run->heap;
	int *word = &table->turn;
	struct window *window = &run->partner->window;
	leave_rseq();
	usage_read(&window->before); /* faults its page in */
	for (int turn = 1; sleep_while(word, turn - 1); turn += 2) {
		if (__atomic_load_n(word, __ATOMIC_ACQUIRE) == LEAVE)
			break;
		if (turn == 2 * UNTIMED - 1)
			usage_read(&window->before);
		hand_over(&touch, heap, word, turn + 1);
	}
	usage_read(&window->after);
}

static bool timed_round_trips(struct run *run)
{
	struct window *window = &table->window;
	if (!round_trips(run, 0, UNTIMED))
		return false;
	usage_read(&window->before);
	count_begin(run);
	uint64_t from = clock_ticks();
	bool good = round_trips(run, 2 * UNTIMED, TIMED);
	uint64_t to = clock_ticks_after();
	count_end(run);
	window->from = from;
	window->to = to;
	usage_read(&window->after);
	return good;
}

static enum outcome sample(struct run *run, const struct arm *arm, struct wire_sample *out)
{
	table->turn = 0;
	if (partner_start(run, flags[arm->case_index], answer))
		return OUTCOME_FAILED;
	set_alarm(PARTNER_TIMEOUT_S);
	bool good = timed_round_trips(run);
	set_alarm(0);
	if (!good) {
		partner_kill(run);
		return fail(run->problem,
			    "cannot switch to the other process: it did not take its turn within "
			    "%d s; see dmesg",
			    PARTNER_TIMEOUT_S);
	}
	futex_raise(&table->turn, LEAVE);
	if (partner_reap(run))
		return OUTCOME_FAILED;
	const struct window *window = &table->window;
	sample_set(out, SWITCH_NS, clock_ns(window->from, window->to) / (2.0 * TIMED));
	sample_set(out, SWITCHES, 2.0 * TIMED);
	sample_set(out, FAULTS,
		   (double)(window_faults(window) + window_faults(&run->partner->window)));
	return OUTCOME_OK;
}

EXPERIMENT(switch, .summary = "switches between two processes with shared or separate memory",
	   .metrics = metrics, .cases = cases, .is_countable = true, .heaps = "0,64K,256K,1M,2M",
	   .quick_heaps = "0,1M", .make = make, .sample = sample);
