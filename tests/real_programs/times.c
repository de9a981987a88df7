/* Notes how long a program's own calls of fork and posix_spawn take, without a change to the program: scripts/real-programs
 * loads it before libc (LD_PRELOAD). At the program's end it writes one line to the file that TIMES names: the median of
 * the calls and of their ends in nanoseconds (0: the program does not wait by waitpid or wait4), how many counted, how many
 * there were, and the program's anonymous memory at the first, in bytes. A call counts unless something else had the CPU for 50 us
 * between it and its end. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { CALLS_MAX = 100000 };
static const double LOST_NS = 50e3;

static struct call {
	double began, cpu, took, ended; /* ns */
} * calls;                              /* shared: fork does not copy it */
static size_t count;
static unsigned long memory_bytes; /* at the first call */
static pid_t program;

static double clock_ns(clockid_t id)
{
	struct timespec now;
	clock_gettime(id, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static double cpu_ns(void)
{
	struct rusage children;
	getrusage(RUSAGE_CHILDREN, &children);
	return clock_ns(CLOCK_PROCESS_CPUTIME_ID) +
	       (double)(children.ru_utime.tv_sec + children.ru_stime.tv_sec) * 1e9 +
	       (double)(children.ru_utime.tv_usec + children.ru_stime.tv_usec) * 1e3;
}

__attribute__((constructor)) static void start(void)
{
	void *memory = mmap(NULL, CALLS_MAX * sizeof *calls, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	calls = memory == MAP_FAILED ? NULL : memory;
	program = getpid();
}

static unsigned long anonymous_bytes(void)
{
	unsigned long kib = 0;
	char line[200];
	FILE *file = fopen("/proc/self/status", "r");
	while (file && !kib && fgets(line, sizeof line, file))
		if (strncmp(line, "RssAnon:", 8) == 0)
			kib = strtoul(line + 8, NULL, 10);
	if (file)
		fclose(file);
	return kib * 1024;
}

static struct call *begin(void)
{
	if (!calls || count == CALLS_MAX)
		return NULL;
	if (count == 0)
		memory_bytes = anonymous_bytes();
	struct call *call = &calls[count];
	call->cpu = cpu_ns();
	call->began = clock_ns(CLOCK_MONOTONIC_RAW);
	return call;
}

static void returned(struct call *call)
{
	if (!call)
		return;
	call->took = clock_ns(CLOCK_MONOTONIC_RAW) - call->began;
	count++;
}

static void reaped(pid_t child)
{
	struct call *call = count ? &calls[count - 1] : NULL;
	if (child <= 0 || !call || call->ended > 0)
		return;
	call->ended = clock_ns(CLOCK_MONOTONIC_RAW) - call->began;
	if (call->ended - (cpu_ns() - call->cpu) > LOST_NS)
		call->took = 0;
}

// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): libc's names are reserved
pid_t fork(void)
{
	pid_t (*real)(void) = (pid_t(*)(void))dlsym(RTLD_NEXT, "fork");
	struct call *call = begin();
	pid_t child = real();
	if (child > 0)
		returned(call);
	return child;
}

int posix_spawn(pid_t *child, const char *path, const posix_spawn_file_actions_t *actions,
		const posix_spawnattr_t *attributes, char *const argv[], char *const envp[])
{
	__typeof__(&posix_spawn) real = (__typeof__(real))dlsym(RTLD_NEXT, "posix_spawn");
	struct call *call = begin();
	int error = real(child, path, actions, attributes, argv, envp);
	if (!error)
		returned(call);
	return error;
}

pid_t waitpid(pid_t child, int *status, int options)
{
	__typeof__(&waitpid) real = (__typeof__(real))dlsym(RTLD_NEXT, "waitpid");
	pid_t waited = real(child, status, options);
	reaped(waited);
	return waited;
}

pid_t wait4(pid_t child, int *status, int options, struct rusage *usage)
{
	__typeof__(&wait4) real = (__typeof__(real))dlsym(RTLD_NEXT, "wait4");
	pid_t waited = real(child, status, options, usage);
	reaped(waited);
	return waited;
}
// NOLINTEND(readability-inconsistent-declaration-parameter-name)

static int by_value(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;
	return (left > right) - (left < right);
}

__attribute__((destructor)) static void finish(void)
{
	const char *name = getenv("TIMES");
	static double took[CALLS_MAX + 1], ended[CALLS_MAX + 1];
	size_t counted = 0;
	if (getpid() != program || !name)
		return;
	for (size_t i = 0; i < count; i++)
		if (calls[i].took > 0) {
			took[counted] = calls[i].took;
			ended[counted++] = calls[i].ended;
		}
	qsort(took, counted, sizeof *took, by_value);
	qsort(ended, counted, sizeof *ended, by_value);
	FILE *file = fopen(name, "w");
	if (!file)
		return;
	fprintf(file, "%.0f %.0f %zu %zu %lu\n", took[counted / 2], ended[counted / 2], counted,
		count, memory_bytes);
	fclose(file);
}
