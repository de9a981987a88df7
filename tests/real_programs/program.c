/* A program that does some work, starts a child, waits for it, and so on: program CALL WORK COUNT TARGET. CALL is
 * posix_spawn or fork; WORK is how many numbers it sorts and prints into memory before each child, 0: none; or, as 10ms,
 * for how long it only looks at the clock. */
#define _GNU_SOURCE
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int by_value(const void *a, const void *b)
{
	int left = *(const int *)a, right = *(const int *)b;
	return (left > right) - (left < right);
}

static void watch_clock(unsigned long ms)
{
	struct timespec from, now;
	clock_gettime(CLOCK_MONOTONIC, &from);
	do
		clock_gettime(CLOCK_MONOTONIC, &now);
	while ((now.tv_sec - from.tv_sec) * 1000 + (now.tv_nsec - from.tv_nsec) / 1000000 <
	       (long)ms);
}

static int sort_numbers(size_t count)
{
	int *numbers = malloc((count + 1) * sizeof *numbers);
	char *text = malloc(12 * count + 1);
	size_t at = 0;
	unsigned random = 1;
	if (numbers && text) {
		for (size_t i = 0; i < count; i++)
			numbers[i] = (int)((random = random * 1103515245u + 12345u) >> 1);
		qsort(numbers, count, sizeof *numbers, by_value);
		for (size_t i = 0; i < count; i += 10)
			at += (size_t)sprintf(text + at, "%d\n", numbers[i]);
	}
	int done = numbers && text;
	free(numbers);
	free(text);
	return done;
}

int main(int argc, char **argv)
{
	if (argc != 5)
		return 2;
	char *arguments[] = {argv[4], NULL}, *no_environment[] = {NULL};
	for (long i = strtol(argv[3], NULL, 10); i > 0; i--) {
		pid_t child = -1;
		unsigned long amount = strtoul(argv[2], NULL, 10);
		if (strstr(argv[2], "ms"))
			watch_clock(amount);
		else if (!sort_numbers(amount))
			return 1;
		if (strcmp(argv[1], "fork") == 0) {
			child = fork();
			if (child == 0) {
				execve(argv[4], arguments, no_environment);
				_exit(127);
			}
		} else if (posix_spawn(&child, argv[4], NULL, NULL, arguments, no_environment)) {
			return 1;
		}
		if (child < 0 || waitpid(child, NULL, 0) != child)
			return 1;
	}
	return 0;
}
