#include "harness/worker/mapped.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MAPPED_MAX = 256 << 20 };

/* Maps an open file of `bytes`, with all pages present in the caller, and closes it. */
static const char *map_file(int fd, size_t bytes, int flags)
{
	char *pages = mmap(NULL, bytes, PROT_READ, flags | MAP_POPULATE, fd, 0);
	close(fd);
	return pages == MAP_FAILED ? NULL : pages;
}

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

static const char *make_pages(int fd, const struct run *run, int flags)
{
	if (fd >= 0 && fill(fd, run))
		return map_file(fd, run->heap_bytes, flags);
	if (fd >= 0)
		close(fd);
	return NULL;
}

/* A file without a name: it disappears when the worker ends. */
static int open_temporary(void)
{
	static const char *const folders[] = {"/var/tmp", "/tmp", "."};
	int fd = -1;
	for (size_t i = 0; fd < 0 && i < sizeof folders / sizeof folders[0]; i++)
		fd = open(folders[i], O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	return fd;
}

static const char *why_not(const struct run *run)
{
	if (run->heap_bytes == 0)
		return "there is no heap to read";
	return run->heap_bytes > MAPPED_MAX
		       ? "measured up to 256 MiB, because it needs the memory again"
		       : NULL;
}

const char *mapped_shared(const struct run *run, const char **why)
{
	*why = why_not(run);
	if (*why)
		return NULL;
	const char *pages =
		make_pages(memfd_create("forkcost-shared", MFD_CLOEXEC), run, MAP_SHARED);
	if (!pages)
		*why = "no memfd of the heap's size is available";
	return pages;
}

const char *mapped_file(const struct run *run, const char **why)
{
	*why = why_not(run);
	if (*why)
		return NULL;
	const char *pages = make_pages(open_temporary(), run, MAP_PRIVATE);
	if (!pages)
		*why = "no temporary file is possible in /var/tmp, /tmp or here";
	return pages;
}
