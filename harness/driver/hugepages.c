#include "harness/driver/hugepages.h"

#include "harness/driver/textfile.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#define THP "/sys/kernel/mm/transparent_hugepage/"
#define MULTI "hugepages-64kB/enabled"
#define POOL "/sys/kernel/mm/hugepages/hugepages-2048kB/"

enum { CHANGES_MAX = 16, VALUE_MAX = 80, LOCK_TIMEOUT_S = 60 };

/* What was changed, with what was there before. */
static struct change {
	char path[160], before[VALUE_MAX];
} changes[CHANGES_MAX];
static size_t change_count;

static bool write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool good = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	if (fd >= 0)
		close(fd);
	return good;
}

/* The word in brackets of "always [madvise] never", or the whole text. */
static bool read_choice(const char *path, char choice[VALUE_MAX])
{
	char text[VALUE_MAX];
	if (!textfile_read(path, text, sizeof text))
		return false;
	const char *open = strchr(text, '['), *close = strchr(text, ']');
	if (open && close > open)
		snprintf(choice, VALUE_MAX, "%.*s", (int)(close - open - 1), open + 1);
	else
		snprintf(choice, VALUE_MAX, "%s", text);
	return true;
}

static bool change(const char *path, const char *text)
{
	struct change *entry = &changes[change_count];
	if (change_count == CHANGES_MAX || !read_choice(path, entry->before) ||
	    !write_text(path, text))
		return false;
	snprintf(entry->path, sizeof entry->path, "%s", path);
	change_count++;
	return true;
}

static uint64_t read_number(const char *path)
{
	char text[VALUE_MAX];
	return textfile_read(path, text, sizeof text) ? strtoull(text, NULL, 10) : 0;
}

/* Whether a size of transparent pages is given to mappings that ask for it. */
static bool is_offered(const char *path)
{
	char choice[VALUE_MAX], above[VALUE_MAX];
	if (!read_choice(path, choice) || !read_choice(THP "enabled", above))
		return false;
	if (strcmp(choice, "inherit") == 0)
		memcpy(choice, above, sizeof choice);
	return strcmp(choice, "always") == 0 || strcmp(choice, "madvise") == 0;
}

static bool can_thp(char why[WIRE_TEXT_MAX])
{
	char choice[VALUE_MAX];
	if (!read_choice(THP "enabled", choice))
		wire_copy(why, WIRE_TEXT_MAX,
			  "unavailable: this kernel has no transparent huge pages");
	else if (strcmp(choice, "never") == 0)
		wire_copy(why, WIRE_TEXT_MAX,
			  "unavailable: transparent_hugepage is never; write madvise into its "
			  "enabled");
	else
		return true;
	return false;
}

static bool can_multi(char why[WIRE_TEXT_MAX])
{
	if (access(THP MULTI, F_OK) < 0)
		wire_copy(why, WIRE_TEXT_MAX,
			  "unavailable: no 64 KiB pages in this kernel (they came with Linux 6.8)");
	else if (access(THP MULTI, W_OK) < 0)
		wire_copy(why, WIRE_TEXT_MAX,
			  "not permitted: only root can switch to 64 KiB pages for a while");
	else
		return true;
	return false;
}

static bool can_hugetlb(uint64_t bytes, char why[WIRE_TEXT_MAX])
{
	uint64_t needed = bytes / HUGE_BYTES, free_pages = read_number(POOL "free_hugepages");
	if (access(POOL "nr_hugepages", F_OK) < 0)
		wire_copy(why, WIRE_TEXT_MAX,
			  "unavailable: this kernel has no 2 MiB hugetlb pages");
	else if (free_pages < needed && access(POOL "nr_hugepages", W_OK) < 0)
		snprintf(why, WIRE_TEXT_MAX,
			 "not permitted: %" PRIu64 " free hugetlb pages, %" PRIu64
			 " needed; sysctl vm.nr_hugepages=%" PRIu64,
			 free_pages, needed, needed);
	else
		return true;
	return false;
}

bool hugepages_can(enum page_kind kind, uint64_t bytes, char why[WIRE_TEXT_MAX])
{
	switch (kind) {
	case PAGE_KIND_THP:
		return can_thp(why);
	case PAGE_KIND_MTHP:
		return can_multi(why);
	case PAGE_KIND_HUGETLB:
		return can_hugetlb(bytes, why);
	default:
		return true;
	}
}

/* 64 KiB pages on, larger ones off: the kernel takes the largest that a mapping may have. */
static enum outcome lend_multi(struct problem *problem)
{
	glob_t found;
	bool good = is_offered(THP MULTI) || change(THP MULTI, "madvise");
	if (glob(THP "hugepages-*kB/enabled", 0, NULL, &found) == 0) {
		for (size_t i = 0; good && i < found.gl_pathc; i++) {
			const char *path = found.gl_pathv[i];
			unsigned long size_kb = strtoul(path + strlen(THP "hugepages-"), NULL, 10);
			if (size_kb > 64 && is_offered(path))
				good = change(path, "never");
		}
		globfree(&found);
	}
	if (good)
		return OUTCOME_OK;
	return fail(problem,
		    "cannot switch to 64 KiB pages: %s; run as root, or leave out "
		    "--page-kind mthp",
		    strerror(errno));
}

static enum outcome lend_hugetlb(uint64_t bytes, struct problem *problem)
{
	uint64_t needed = bytes / HUGE_BYTES, free_pages = read_number(POOL "free_hugepages");
	if (free_pages >= needed)
		return OUTCOME_OK;
	char text[VALUE_MAX];
	snprintf(text, sizeof text, "%" PRIu64,
		 read_number(POOL "nr_hugepages") + needed - free_pages);
	if (change(POOL "nr_hugepages", text) && read_number(POOL "free_hugepages") >= needed)
		return OUTCOME_OK;
	return fail(problem,
		    "cannot reserve %" PRIu64
		    " hugetlb pages: memory is too scattered, or this is not root; use a smaller "
		    "--heap, or leave out --page-kind hugetlb",
		    needed);
}

/* Two runs at once must not change each other's pages: whoever switches the sizes of transparent huge
 * pages holds this alone, whoever needs them to stay holds it with others. */
static int size_lock = -1;

static enum outcome lock_sizes(bool alone, struct problem *problem)
{
	const struct timespec pause = {.tv_nsec = 10000000};
	long left = LOCK_TIMEOUT_S * (1000000000L / pause.tv_nsec);
	size_lock = open(THP "enabled", O_RDONLY | O_CLOEXEC);
	if (size_lock < 0)
		return OUTCOME_OK; /* no such pages, nothing to keep */
	while (flock(size_lock, (alone ? LOCK_EX : LOCK_SH) | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK || left-- == 0)
			return fail(problem,
				    "cannot wait any longer for another run that uses huge pages: "
				    "%s; end it first, or use --page-kind 4k",
				    strerror(errno));
		nanosleep(&pause, NULL);
	}
	return OUTCOME_OK;
}

enum outcome hugepages_lend(enum page_kind kind, uint64_t bytes, struct problem *problem)
{
	if ((kind == PAGE_KIND_MTHP || kind == PAGE_KIND_THP) &&
	    lock_sizes(kind == PAGE_KIND_MTHP, problem))
		return OUTCOME_FAILED;
	if (kind == PAGE_KIND_MTHP)
		return lend_multi(problem);
	if (kind == PAGE_KIND_HUGETLB)
		return lend_hugetlb(bytes, problem);
	return OUTCOME_OK;
}

void hugepages_return(void)
{
	while (change_count > 0) {
		change_count--;
		write_text(changes[change_count].path, changes[change_count].before);
	}
	if (size_lock >= 0)
		close(size_lock);
	size_lock = -1;
}
