/* forkcost-bare: a bare loop that starts a child, waits for it, and does nothing else. It is a second opinion, so
 * it shares no code with the suite.
 *
 *   forkcost-bare loop   PRIMITIVE ACTION HEAP-BYTES COUNT [TARGET]
 *   forkcost-bare blocks PRIMITIVE ACTION HEAP-BYTES COUNT [TARGET]
 *   forkcost-bare ways   PRIMITIVE ACTION HEAP-BYTES COUNT [TARGET]
 *
 * PRIMITIVE: fork, vfork, clone or posix_spawn; ACTION: exit, or (not clone) exec of TARGET. `loop` writes the heap
 * once, starts COUNT children and reads no clock: it is timed from outside (scripts/crosscheck). `blocks` writes the
 * heap again before each child that gets a copy of it, and prints for each 20 children the median time of one in ns, from before the call
 * until the wait returned (make self-check). `ways` prints two such medians for each 40: the heap was written by stores,
 * which fault, and in turns by the kernel and then stores, as the worker does. Static, libc only. Exit status: 0 done, 1
 * a call failed, 2 wrong usage. */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23 /* Linux 5.14 */
#endif

/* A block is over before long (here 1 ms, and 0.1 s over 16 MiB), so that some fall into quiet moments. */
enum { BLOCK = 20, PAGE_BYTES = 4096, CHILD_STATUS = 41 };

/* The suite's worker keeps its samples in so many shared mappings, and each fork copies them (0.6 us each, here). With
 * them the work is alike. */
enum { SHARED_MAPPINGS = 3, SHARED_BYTES = 1 << 20 };

static const char *const primitives[] = {"fork", "vfork", "clone", "posix_spawn"};
enum { FORK, VFORK, CLONE, POSIX_SPAWN, PRIMITIVES };

static char *target; /* NULL: the child exits */
static char *no_environment[] = {NULL};

/* Says which call failed; returns the status to end with. */
static int failed(const char *call)
{
	fprintf(stderr, "forkcost-bare: cannot %s: %s; use a smaller heap or count\n", call,
		strerror(errno));
	return 1;
}

static uint64_t now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC_RAW, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
	return (left > right) - (left < right);
}

__attribute__((noreturn)) static void act(void)
{
	char *arguments[] = {target, NULL};
	if (target)
		execve(target, arguments, no_environment);
	_exit(target ? 127 : CHILD_STATUS);
}

#ifdef __x86_64__
static inline __attribute__((always_inline)) long raw(long number, long a, long b, long c)
{
	register long d __asm__("r10") = 0, e __asm__("r8") = 0;
	__asm__ volatile("syscall"
			 : "+a"(number)
			 : "D"(a), "S"(b), "d"(c), "r"(d), "r"(e)
			 : "rcx", "r11", "memory");
	return number;
}
#else
#define raw(number, a, b, c) syscall(number, a, b, c, 0, 0)
#endif

/* clone as a system call alone, and the exit and the wait as well, as the suite's arm is: 3 copy-on-write faults. With
 * libc's functions around them, which write to their stack, they are 6. */
static inline __attribute__((always_inline)) bool clone_and_wait(void)
{
	long child = raw(SYS_clone, SIGCHLD, 0, 0);
	if (child == 0)
		raw(SYS_exit_group, CHILD_STATUS, 0, 0);
	return child > 0 && raw(SYS_wait4, child, 0, 0) == child;
}

static pid_t start(int primitive)
{
	char *arguments[] = {target, NULL};
	pid_t child = -1;
	switch (primitive) {
	case VFORK:
		// NOLINTNEXTLINE(clang-analyzer-security.insecureAPI.vfork): it is what is measured
		child = vfork();
		break;
	case FORK:
		child = fork();
		break;
	default:
		return posix_spawn(&child, target, NULL, NULL, arguments, no_environment) ? -1
											  : child;
	}
	if (child == 0)
		// NOLINTNEXTLINE(clang-analyzer-unix.Vfork): it executes or exits, and nothing else
		act();
	return child;
}

static inline __attribute__((always_inline)) bool start_and_wait(int primitive)
{
	int status;
	if (primitive == CLONE)
		return clone_and_wait();
	pid_t child = start(primitive);
	return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) &&
	       WEXITSTATUS(status) != 127;
}

/* Another cache line in each page, as programs write: all at one place would share the few sets of the cache. */
static void write_heap(volatile char *heap, size_t bytes)
{
	for (size_t at = 0; at < bytes; at += PAGE_BYTES)
		heap[at + at / PAGE_BYTES % 64 * 64] = 1;
}

int main(int argc, char **argv)
{
	int primitive = 0;
	if (argc < 6 || argc > 7)
		return 2;
	while (primitive < PRIMITIVES && strcmp(argv[2], primitives[primitive]) != 0)
		primitive++;
	const size_t ways = strcmp(argv[1], "ways") == 0 ? 2 : 1;
	bool in_blocks = ways == 2 || strcmp(argv[1], "blocks") == 0,
	     execs = strcmp(argv[3], "exec") == 0;
	size_t heap_bytes = strtoul(argv[4], NULL, 10), count = strtoul(argv[5], NULL, 10);
	if ((!in_blocks && strcmp(argv[1], "loop") != 0) || primitive == PRIMITIVES || count == 0 ||
	    (!execs && strcmp(argv[3], "exit") != 0) || execs != (argc == 7) ||
	    (primitive == POSIX_SPAWN && !execs) || (primitive == CLONE && execs))
		return 2;
	target = argv[6];
	volatile char *heap = NULL;
	if (heap_bytes) {
		void *made = mmap(NULL, heap_bytes, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (made == MAP_FAILED || madvise(made, heap_bytes, MADV_NOHUGEPAGE) < 0)
			return failed("map the heap");
		heap = made;
	}
	/* Open files are copied for each child; the worker closes its own, too. */
	syscall(SYS_close_range, 3, ~0U, 0);
	write_heap(heap, heap_bytes);
	for (int i = 0; i < SHARED_MAPPINGS; i++)
		if (mmap(NULL, SHARED_BYTES, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0) == MAP_FAILED)
			return failed("map shared memory");
	if (!in_blocks) {
		while (count-- > 0)
			if (!start_and_wait(primitive))
				return failed("start a child");
		return 0;
	}
	const bool copies = primitive == FORK || primitive == CLONE;
	uint64_t times_ns[2][BLOCK];
	for (size_t i = 0; i < count; i++) {
		const size_t way = i % ways, at = i / ways % BLOCK;
		if (way == 1 && madvise((void *)heap, heap_bytes, MADV_POPULATE_WRITE) < 0)
			return failed("populate the heap (Linux 5.14)");
		if (copies)
			write_heap(heap, heap_bytes);
		uint64_t from_ns = now_ns();
		if (!start_and_wait(primitive))
			return failed("start a child");
		times_ns[way][at] = now_ns() - from_ns;
		if (at < BLOCK - 1)
			continue;
		qsort(times_ns[way], BLOCK, sizeof **times_ns, by_value);
		printf("%llu%c", (unsigned long long)times_ns[way][BLOCK / 2],
		       way + 1 < ways ? ' ' : '\n');
	}
	return 0;
}
