/* A bare loop of fork, exit and wait: what make self-check holds the worker against. Prints the
 * median of COUNT rounds in nanoseconds. Static, libc only, no heap; the clock is read as in the
 * worker's window, around fork and wait. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
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

int main(int argc, char **argv)
{
	static uint64_t times[100000];
	size_t count = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000;
	if (count == 0 || count > 100000)
		return 2;
	for (size_t i = 0; i < count; i++) {
		int status;
		uint64_t from = now_ns();
		pid_t child = fork();
		if (child == 0)
			_exit(41);
		if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status) ||
		    WEXITSTATUS(status) != 41)
			return 1;
		times[i] = now_ns() - from;
	}
	qsort(times, count, sizeof *times, by_value);
	printf("%llu\n", (unsigned long long)times[count / 2]);
	return 0;
}
