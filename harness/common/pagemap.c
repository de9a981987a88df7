#include "harness/common/pagemap.h"

#include "harness/common/rawsys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static long open_to_read(const char *path)
{
	return raw_syscall(SYS_openat, AT_FDCWD, (long)path, O_RDONLY | O_CLOEXEC, 0, 0);
}

/* `count` words of a file, from the word `first` on. 0, or a negative errno value. */
static long read_words(long fd, uint64_t first, size_t count, uint64_t *words)
{
	while (count) {
		long got = raw_syscall(SYS_pread64, fd, (long)words, (long)(count * sizeof *words),
				       (long)(first * sizeof *words), 0);
		if (got < (long)sizeof *words)
			return got < 0 ? got : -EIO;
		size_t done = (size_t)got / sizeof *words;
		words += done;
		first += done;
		count -= done;
	}
	return 0;
}

long pagemap_read(long process, uint64_t address, size_t page_bytes, size_t count,
		  uint64_t *entries)
{
	char path[64] = "/proc/self/pagemap";
	const size_t base_bytes = (size_t)sysconf(_SC_PAGESIZE), step = page_bytes / base_bytes;
	/* Entries are by the base page: side by side for such pages, else one at a time. */
	const size_t together = step == 1 ? count : 1;
	if (process)
		snprintf(path, sizeof path, "/proc/%ld/pagemap", process);
	long fd = open_to_read(path), error = fd < 0 ? fd : 0;
	for (size_t page = 0; page < count && !error; page += together)
		error = read_words(fd, address / base_bytes + page * step, together,
				   entries + page);
	if (fd >= 0)
		raw_syscall(SYS_close, fd, 0, 0, 0, 0);
	return error;
}

long pagemap_mappings(const uint64_t *frames, size_t count, uint64_t *mappings)
{
	long fd = open_to_read("/proc/kpagecount"), error = fd < 0 ? fd : 0;
	*mappings = 0;
	for (size_t i = 0; i < count && !error; i++) {
		uint64_t mapped = 0;
		error = read_words(fd, frames[i], 1, &mapped);
		*mappings += mapped;
	}
	if (fd >= 0)
		raw_syscall(SYS_close, fd, 0, 0, 0, 0);
	return error;
}

long pagemap_flags(uint64_t frame, uint64_t *flags)
{
	long fd = open_to_read("/proc/kpageflags");
	long error = fd < 0 ? fd : read_words(fd, frame, 1, flags);
	if (fd >= 0)
		raw_syscall(SYS_close, fd, 0, 0, 0, 0);
	return error;
}

bool pagemap_shows_frames(void)
{
	static volatile char page[1];
	uint64_t entry = 0;
	page[0] = 1;
	return pagemap_read(0, (uintptr_t)page, (size_t)sysconf(_SC_PAGESIZE), 1, &entry) == 0 &&
	       entry & PAGEMAP_FRAME;
}
