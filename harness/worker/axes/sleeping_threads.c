/* sleeping_threads and thread_stacks: threads of the worker that sleep until it ends, made by pthread_create as those of
 * programs are: libc's fork has something to do for each (METHODOLOGY, "Axes of the process"). */
#include "harness/common/futex.h"
#include "harness/common/remedy.h"
#include "harness/worker/effects.h"
#include "harness/worker/heap.h"
#include "harness/worker/threads.h"

#include <pthread.h>
#include <string.h>
#include <sys/mman.h>

enum { SMALL_STACK_BYTES = 64 << 10, POLL_NS = 1000000 };

static int never; /* futex */

static void *sleep_forever(void *unused)
{
	for (;;)
		futex_wait(&never, 0, NULL);
	return unused;
}

/* Requeued to the futex that they sleep on, they sleep on, and are counted. */
static long count_asleep(void)
{
	return raw_syscall(SYS_futex, (long)&never, FUTEX_REQUEUE_OP, 0, INT_MAX, (long)&never);
}

static enum outcome refuse(struct run *run, uint64_t level, uint64_t made, int error)
{
	return HEAP_LACKS(run, "cannot start %u sleeping threads, only %u: %s; %s", (unsigned)level,
			  (unsigned)made, strerror(error),
			  remedy_or(error, "give a smaller --sleeping-threads"));
}

static enum outcome start_all(struct run *run, uint64_t count, pthread_attr_t *attributes)
{
	const enum thread_stacks stacks =
		(enum thread_stacks)run->request->level[AXIS_THREAD_STACKS];
	const size_t bytes = count * SMALL_STACK_BYTES;
	char *pool = NULL;
	if (stacks == STACKS_ONE) {
		pool = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		if (pool == MAP_FAILED)
			return refuse(run, count, 0, errno);
		madvise(pool, bytes, MADV_NOHUGEPAGE); /* as the kernel does by MAP_STACK */
	}
	if (stacks == STACKS_SMALL)
		pthread_attr_setstacksize(attributes, SMALL_STACK_BYTES);
	for (uint64_t i = 0; i < count; i++) {
		pthread_t thread;
		if (pool)
			pthread_attr_setstack(attributes, pool + i * SMALL_STACK_BYTES,
					      SMALL_STACK_BYTES);
		int error = pthread_create(&thread, attributes, sleep_forever, NULL);
		if (error)
			return refuse(run, count, i, error);
	}
	return OUTCOME_OK;
}

static enum outcome begin(struct run *run, uint64_t level)
{
	pthread_attr_t attributes;
	if (level == 0)
		return OUTCOME_OK;
	pthread_attr_init(&attributes);
	enum outcome outcome = start_all(run, level, &attributes);
	pthread_attr_destroy(&attributes);
	const struct timespec pause = {.tv_nsec = POLL_NS};
	for (long left = THREADS_TIMEOUT_S * 1000000000L / POLL_NS;
	     !outcome && count_asleep() != (long)level; left--) {
		if (left == 0)
			return fail(run->problem, "cannot go on: of %u threads only %ld sleep",
				    (unsigned)level, count_asleep());
		nanosleep(&pause, NULL);
	}
	return outcome;
}

static enum outcome verify(struct run *run, uint64_t level, const struct wire_cell_facts *facts)
{
	(void)facts;
	if (level == 0)
		return OUTCOME_OK;
	if (count_asleep() != (long)level)
		return fail(run->problem,
			    "cannot trust the worker: %ld of its %u threads sleep; report this",
			    count_asleep(), (unsigned)level);
	return threads_verify(run);
}

AXIS_EFFECT(SLEEPING_THREADS, .begin = begin, .verify = verify);
AXIS_EFFECT(THREAD_STACKS);
