#include "harness/worker/flush.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum outcome cannot(const char *what, int error, struct problem *problem)
{
	return fail(problem, "cannot %s the pages for TLB flushes: %s; free some memory", what,
		    strerror(error));
}

/* Up to so many pages the kernel flushes one by one, by default: tlb_single_page_flush_ceiling on
 * x86-64, tlb_flush_all_threshold on riscv64, MAX_DVM_OPS on aarch64 with pages of 4 KiB. */
#if defined(__x86_64__)
enum { CEILING_PAGES = 33 };
#elif defined(__riscv)
enum { CEILING_PAGES = 64 };
#else
enum { CEILING_PAGES = 512 };
#endif

enum { SPARE_PAGES = 15, CEILING_PAGES_MAX = 1 << 16 };

size_t flush_whole_pages(void)
{
	char text[32] = "";
	int fd = open("/sys/kernel/debug/x86/tlb_single_page_flush_ceiling", O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		if (read(fd, text, sizeof text - 1) < 0)
			*text = '\0';
		close(fd);
	}
	const unsigned long set = strtoul(text, NULL, 10);
	return SPARE_PAGES + (set > 0 && set <= CEILING_PAGES_MAX ? set : CEILING_PAGES);
}

enum outcome flush_make(struct flush_pages *flush, size_t count, struct problem *problem)
{
	size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE);
	flush->count = count;
	flush->bytes = count * page_bytes;
	/* A page without access rights at each end keeps the kernel from merging and splitting
	 * mappings at every change. */
	size_t room_bytes = flush->bytes + 2 * page_bytes;
	char *room = mmap(NULL, room_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (room == MAP_FAILED)
		return cannot("map", errno, problem);
	if (madvise(room, room_bytes, MADV_DONTFORK) < 0)
		return cannot("keep children from inheriting", errno, problem);
	/* A kernel without huge pages does not know this advice, and does not need it. */
	if (madvise(room, room_bytes, MADV_NOHUGEPAGE) < 0 && errno != EINVAL)
		return cannot("choose the size of", errno, problem);
	flush->pages = room + page_bytes;
	return flush_arm(flush, problem);
}

enum outcome flush_arm(const struct flush_pages *flush, struct problem *problem)
{
	if (mprotect(flush->pages, flush->bytes, PROT_READ | PROT_WRITE) < 0)
		return cannot("make writable", errno, problem);
	for (size_t at = 0; at < flush->bytes; at += flush->bytes / flush->count)
		*(volatile char *)(flush->pages + at) = 1;
	return OUTCOME_OK;
}

enum outcome flush_failed(long error, struct problem *problem)
{
	return cannot("write-protect", (int)-error, problem);
}
