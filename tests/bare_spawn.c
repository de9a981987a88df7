/* A bare loop that starts a child, waits for it, and does nothing else: what make self-check holds the worker
 * against. bare_spawn PRIMITIVE ACTION COUNT [HEAP-BYTES [TARGET]] prints the median of COUNT rounds in
 * nanoseconds, of the wait included. PRIMITIVE: fork, vfork, clone or posix_spawn; ACTION: exit, or exec of TARGET.
 * The heap is written again before each round, outside of the time. Static, libc only; the clock is read as in the
 * worker's window. */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

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

static char *target;
static char *no_environment[] = {NULL};

__attribute__((noreturn)) static void act(void)
{
	char *arguments[] = {target, NULL};
	if (target)
		execve(target, arguments, no_environment);
	_exit(41);
}

static pid_t start(const char *primitive)
{
	char *arguments[] = {target, NULL};
	pid_t child = -1;
	switch (primitive[0]) {
	case 'v':
		// NOLINTNEXTLINE(clang-analyzer-security.insecureAPI.vfork): it is what is measured
		child = vfork();
		break;
	case 'f':
		child = fork();
		break;
	case 'c':
		child = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
		break;
	default:
		if (!target)
			return -1;
		return posix_spawn(&child, target, NULL, NULL, arguments, no_environment) ? -1
											  : child;
	}
	if (child == 0)
		// NOLINTNEXTLINE(clang-analyzer-unix.Vfork): it executes or exits, and nothing else
		act();
	return child;
}

int main(int argc, char **argv)
{
	static uint64_t times[100000];
	if (argc < 4)
		return 2;
	size_t count = strtoul(argv[3], NULL, 10), heap_bytes = 0;
	if (argc > 4)
		heap_bytes = strtoul(argv[4], NULL, 10);
	target = strcmp(argv[2], "exec") == 0 && argc > 5 ? argv[5] : NULL;
	if (count == 0 || count > 100000 || (argv[1][0] == 'p' && !target))
		return 2;
	volatile char *heap = NULL;
	if (heap_bytes) {
		void *made = mmap(NULL, heap_bytes, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (made == MAP_FAILED || madvise(made, heap_bytes, MADV_NOHUGEPAGE) < 0)
			return 1;
		heap = made;
	}
	/* Open files are copied for each child; the worker closes its own, too. */
	syscall(SYS_close_range, 3, ~0U, 0);
	for (size_t i = 0; i < count; i++) {
		int status;
		for (size_t at = 0; at < heap_bytes; at += 4096)
			heap[at] = 1;
		uint64_t from = now_ns();
		pid_t child = start(argv[1]);
		if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status))
			return 1;
		times[i] = now_ns() - from;
	}
	qsort(times, count, sizeof *times, by_value);
	printf("%llu\n", (unsigned long long)times[count / 2]);
	return 0;
}
