#include "harness/worker/work.h"

#include "harness/common/shuffle.h"
#include "harness/worker/arena.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

enum { LINE_WORDS = 8 }; /* 64 bytes */

static const char device[] = "/dev/null";

/* The lines, and the order in which they are used, all in one mapping. */
static volatile uint64_t *lines;
static uint32_t *order;
static uint32_t line_count;

static long open_device(void)
{
	return raw_syscall(SYS_openat, AT_FDCWD, (long)device, O_RDWR | O_CLOEXEC, 0, 0);
}

enum outcome work_make(size_t bytes, struct problem *problem)
{
	uint32_t count = (uint32_t)(bytes / (LINE_WORDS * sizeof *lines));
	size_t all = bytes + count * sizeof *order;
	char *memory = arena_share(all, "the working set", problem);
	if (!memory)
		return OUTCOME_FAILED;
	if (madvise(memory, all, MADV_DONTFORK) < 0)
		return fail(problem,
			    "cannot keep the working set out of children: %s; this kernel lacks "
			    "MADV_DONTFORK",
			    strerror(errno));
	long fd = open_device();
	if (fd < 0)
		return fail(problem,
			    "cannot open %s as a program would: %s; leave out --cache used", device,
			    strerror((int)-fd));
	raw_syscall(SYS_close, fd, 0, 0, 0, 0);
	struct shuffle shuffle;
	shuffle_seed(&shuffle, 1); /* the same for all workers */
	lines = (volatile uint64_t *)(void *)memory;
	order = (uint32_t *)(void *)(memory + bytes);
	shuffle_order(&shuffle, order, count);
	line_count = count;
	return OUTCOME_OK;
}

/* Raw calls: libc's would write errno, which the child inherits by copy. */
static void call_kernel(void)
{
	struct timespec now;
	char text[64] = {0};
	raw_syscall(SYS_getppid, 0, 0, 0, 0, 0);
	raw_syscall(SYS_clock_gettime, CLOCK_MONOTONIC, (long)&now, 0, 0, 0);
	struct pollfd device_fd = {.fd = (int)open_device(), .events = POLLIN};
	raw_syscall(SYS_write, device_fd.fd, (long)text, sizeof text, 0, 0);
	raw_syscall(SYS_read, device_fd.fd, (long)text, sizeof text, 0, 0);
	now = (struct timespec){0};
	raw_syscall(SYS_ppoll, (long)&device_fd, 1, (long)&now, 0, 0);
	raw_syscall(SYS_close, device_fd.fd, 0, 0, 0, 0);
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED)
		return;
	*(volatile char *)page = 1;
	munmap(page, 4096);
}

void work_do(void)
{
	if (!line_count)
		return;
	for (uint32_t i = 0; i < line_count; i++)
		lines[(size_t)order[i] * LINE_WORDS]++;
	call_kernel();
}
