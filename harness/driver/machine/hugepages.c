#include "harness/driver/machine/hugepages.h"

#include "harness/common/remedy.h"
#include "harness/driver/machine/tunables.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TOP_ENABLED THP_FOLDER "enabled"

enum { HUGE_KB = HUGE_BYTES >> 10, MULTI_KB = MULTI_BYTES >> 10, PATH_BYTES = 96 };

/* A size of transparent pages, as its file has it. */
struct size {
	char path[PATH_BYTES], word[TUNABLE_VALUE_MAX];
	char top[TUNABLE_VALUE_MAX]; /* the word of the file for all sizes, which some follow */
	bool is_there; /* before Linux 6.8 there is only the file for all, for 2 MiB */
	bool follows_top;
};

static struct size look_at_size(unsigned size_kb)
{
	struct size size = {.top = "never"};
	snprintf(size.path, sizeof size.path, THP_FOLDER "hugepages-%ukB/enabled", size_kb);
	tunable_value(TOP_ENABLED, size.top);
	size.is_there = tunable_value(size.path, size.word);
	size.follows_top = size.is_there ? strcmp(size.word, "inherit") == 0 : size_kb == HUGE_KB;
	return size;
}

/* Whether mappings that ask for pages of this size are given some. */
static bool is_offered(const struct size *size)
{
	const char *word = size->follows_top ? size->top : size->word;
	return strcmp(word, "always") == 0 || strcmp(word, "madvise") == 0;
}

static void tell_size(const struct size *size, char why[PROBLEM_TEXT_MAX])
{
	if (!size->follows_top)
		snprintf(why, PROBLEM_TEXT_MAX, "%s is %s", size->path, size->word);
	else if (size->is_there)
		snprintf(why, PROBLEM_TEXT_MAX, "%s is %s, " TOP_ENABLED " is %s", size->path,
			 size->word, size->top);
	else
		snprintf(why, PROBLEM_TEXT_MAX, TOP_ENABLED " is %s", size->top);
}

static bool can_thp(char why[PROBLEM_TEXT_MAX])
{
	struct size size = look_at_size(HUGE_KB);
	char word[TUNABLE_VALUE_MAX];
	if (!tunable_value(TOP_ENABLED, word))
		snprintf(why, PROBLEM_TEXT_MAX,
			 "unavailable: this kernel has no transparent huge pages");
	else if (is_offered(&size)) {
		tell_size(&size, why);
		return true;
	} else if (size.follows_top)
		snprintf(why, PROBLEM_TEXT_MAX,
			 "unavailable: " TOP_ENABLED " is %s; write madvise into it", size.top);
	else
		snprintf(why, PROBLEM_TEXT_MAX, "unavailable: %s is %s; write %s into it",
			 size.path, size.word,
			 strcmp(size.top, "never") == 0 ? "madvise" : "inherit");
	return false;
}

/* Of several sizes that fit a mapping the kernel takes the largest. Where somebody wants one between ours
 * and that of 2 MiB, which our mappings do not fit, there it stays. */
static bool has_larger(char why[PROBLEM_TEXT_MAX])
{
	for (unsigned size_kb = HUGE_KB / 2; size_kb > MULTI_KB; size_kb /= 2) {
		struct size size = look_at_size(size_kb);
		if (!size.is_there || !is_offered(&size))
			continue;
		snprintf(why, PROBLEM_TEXT_MAX,
			 "unavailable: %s is %s, and of two sizes the kernel takes the larger; "
			 "write never into it",
			 size.path, size.word);
		return true;
	}
	return false;
}

/* Nothing is changed that a crash could keep. */
static void say_unrecordable(char why[PROBLEM_TEXT_MAX])
{
	snprintf(why, PROBLEM_TEXT_MAX,
		 "not permitted: the old setting cannot be saved in /run/forkcost: %s; %s",
		 strerror(errno), remedy_or(errno, "let root write there"));
}

/* That 64 KiB pages are off is the kernel's default and nobody's wish; that all are off is one. */
static bool can_multi(char why[PROBLEM_TEXT_MAX])
{
	struct size size = look_at_size(MULTI_KB);
	if (!size.is_there)
		snprintf(why, PROBLEM_TEXT_MAX,
			 "unavailable: no 64 KiB pages in this kernel (they came with Linux 6.8)");
	else if (has_larger(why))
		return false;
	else if (is_offered(&size)) {
		tell_size(&size, why);
		return true;
	} else if (strcmp(size.top, "never") == 0)
		snprintf(why, PROBLEM_TEXT_MAX,
			 "unavailable: " TOP_ENABLED " is never; write madvise into it");
	else if (access(size.path, W_OK) < 0)
		snprintf(why, PROBLEM_TEXT_MAX,
			 "not permitted: %s is %s, and only root can change it; write madvise into "
			 "it",
			 size.path, size.word);
	else if (!tunable_can_be_saved())
		say_unrecordable(why);
	else {
		snprintf(why, PROBLEM_TEXT_MAX, "%s is %s; set to madvise while a worker runs",
			 size.path, size.word);
		return true;
	}
	return false;
}

static bool read_pool(const char *file, uint64_t *pages)
{
	char path[PATH_BYTES], value[TUNABLE_VALUE_MAX];
	snprintf(path, sizeof path, POOL_FOLDER "%s", file);
	bool there = tunable_value(path, value);
	*pages = there ? strtoull(value, NULL, 10) : 0;
	return there;
}

/* Pages that nobody has and nobody was promised. */
static uint64_t free_pages(void)
{
	uint64_t free, promised;
	read_pool("free_hugepages", &free);
	read_pool("resv_hugepages", &promised);
	return free > promised ? free - promised : 0;
}

static bool can_hugetlb(uint64_t bytes, char why[PROBLEM_TEXT_MAX])
{
	uint64_t needed = bytes / HUGE_BYTES, there = free_pages(), all;
	if (!read_pool("nr_hugepages", &all))
		snprintf(why, PROBLEM_TEXT_MAX,
			 "unavailable: this kernel has no 2 MiB hugetlb pages");
	else if (there < needed && access(POOL_FOLDER "nr_hugepages", W_OK) < 0)
		snprintf(why, PROBLEM_TEXT_MAX,
			 "not permitted: " POOL_FOLDER "nr_hugepages is %" PRIu64 ", %" PRIu64
			 " of them free, %" PRIu64 " needed; sysctl vm.nr_hugepages=%" PRIu64,
			 all, there, needed, all + needed - there);
	else if (there < needed && !tunable_can_be_saved())
		say_unrecordable(why);
	else {
		snprintf(why, PROBLEM_TEXT_MAX,
			 POOL_FOLDER "nr_hugepages is %" PRIu64 ", %" PRIu64 " of them free%s", all,
			 there, there < needed ? "; raised while a worker runs" : "");
		return true;
	}
	return false;
}

bool hugepages_check(enum page_kind kind, uint64_t bytes, char why[PROBLEM_TEXT_MAX])
{
	*why = '\0';
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

static enum outcome enable_multi(struct problem *problem)
{
	struct size size = look_at_size(MULTI_KB);
	return is_offered(&size) ? OUTCOME_OK : tunable_change(TUNABLE_MULTI, "madvise", problem);
}

static enum outcome enable_hugetlb(uint64_t bytes, struct problem *problem)
{
	uint64_t needed = bytes / HUGE_BYTES, there = free_pages(), all;
	char text[TUNABLE_VALUE_MAX];
	if (there >= needed)
		return OUTCOME_OK;
	read_pool("nr_hugepages", &all);
	snprintf(text, sizeof text, "%" PRIu64, all + needed - there);
	if (tunable_change(TUNABLE_POOL, text, problem))
		return OUTCOME_FAILED;
	if (free_pages() >= needed)
		return OUTCOME_OK;
	return fail(problem,
		    "cannot reserve %" PRIu64 " hugetlb pages: memory is too fragmented; use a "
		    "smaller --heap, or leave out --page-kind hugetlb",
		    needed);
}

enum outcome hugepages_enable(enum page_kind kind, uint64_t bytes, struct problem *problem)
{
	char why[PROBLEM_TEXT_MAX];
	if ((kind == PAGE_KIND_MTHP && tunable_lock(TUNABLE_MULTI, problem)) ||
	    (kind == PAGE_KIND_HUGETLB && tunable_lock(TUNABLE_POOL, problem)))
		return OUTCOME_FAILED;
	/* Settings may be others than when the plan was made. */
	if (!hugepages_check(kind, bytes, why))
		return fail(problem, "cannot build a heap of page kind %s: %s",
			    axis_name(&axes[AXIS_PAGE_KIND], kind), why);
	if (kind == PAGE_KIND_MTHP)
		return enable_multi(problem);
	return kind == PAGE_KIND_HUGETLB ? enable_hugetlb(bytes, problem) : OUTCOME_OK;
}

void hugepages_restore(void)
{
	tunables_restore();
}
