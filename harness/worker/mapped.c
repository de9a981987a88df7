#include "harness/worker/mapped.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MAPPED_MAX = 256 << 20 };

/* Writes the heap's bytes into a file, so that its pages exist. */
static bool fill(int fd, const struct run *run)
{
	for (size_t at = 0; at < run->heap_bytes;) {
		ssize_t put = write(fd, run->heap + at, run->heap_bytes - at);
		if (put <= 0)
			return false;
		at += (size_t)put;
	}
	return true;
}

int mapped_open_shared(void)
{
	return memfd_create("forkcost-shared", MFD_CLOEXEC);
}

int mapped_open_file(void)
{
	static const char *const folders[] = {"/var/tmp", "/tmp", "."};
	int fd = -1;
	for (size_t i = 0; fd < 0 && i < sizeof folders / sizeof folders[0]; i++)
		fd = open(folders[i], O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	return fd;
}

static const char *refusal(const struct run *run)
{
	if (run->heap_bytes == 0)
		return "there is no heap to read";
	return run->heap_bytes > MAPPED_MAX
		       ? "measured up to 256 MiB, because it needs the memory again"
		       : NULL;
}

/* Takes an open file, or -1 where there is none, and closes it. */
static struct mapped map_file(int fd, const struct run *run, int flags, const char *why)
{
	void *pages = MAP_FAILED;
	if (fd >= 0 && fill(fd, run))
		pages = mmap(NULL, run->heap_bytes, PROT_READ, flags | MAP_POPULATE, fd, 0);
	if (fd >= 0)
		close(fd);
	return pages == MAP_FAILED ? (struct mapped){NULL, why} : (struct mapped){pages, NULL};
}

struct mapped mapped_shared(const struct run *run)
{
	const char *why = refusal(run);
	return why ? (struct mapped){NULL, why}
		   : map_file(mapped_open_shared(), run, MAP_SHARED,
			      "no memfd of the heap's size is available");
}

struct mapped mapped_file(const struct run *run)
{
	const char *why = refusal(run);
	return why ? (struct mapped){NULL, why}
		   : map_file(mapped_open_file(), run, MAP_PRIVATE,
			      "no temporary file is possible in /var/tmp, /tmp or here");
}
