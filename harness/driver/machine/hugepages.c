#include "harness/driver/machine/hugepages.h"

#include "harness/common/remedy.h"
#include "harness/driver/machine/tunables.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
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

/* Says why pages can be had, or not; returns whether. */
__attribute__((format(printf, 3, 4))) static bool say(bool can, char why[PROBLEM_TEXT_MAX],
						      const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(why, PROBLEM_TEXT_MAX, format, args);
	va_end(args);
	return can;
}

static bool say_offered(const struct size *size, char why[PROBLEM_TEXT_MAX])
{
	if (!size->follows_top)
		return say(true, why, "%s is %s", size->path, size->word);
	if (size->is_there)
		return say(true, why, "%s is %s, " TOP_ENABLED " is %s", size->path, size->word,
			   size->top);
	return say(true, why, TOP_ENABLED " is %s", size->top);
}

static bool can_thp(char why[PROBLEM_TEXT_MAX])
{
	struct size size = look_at_size(HUGE_KB);
	char word[TUNABLE_VALUE_MAX];
	if (!tunable_value(TOP_ENABLED, word))
		return say(false, why, "unavailable: this kernel has no transparent huge pages");
	if (is_offered(&size))
		return say_offered(&size, why);
	if (size.follows_top)
		return say(false, why, "unavailable: " TOP_ENABLED " is %s; write madvise into it",
			   size.top);
	return say(false, why, "unavailable: %s is %s; write %s into it", size.path, size.word,
		   strcmp(size.top, "never") == 0 ? "madvise" : "inherit");
}

/* Nothing is changed that a crash could keep. */
static bool say_unrecordable(char why[PROBLEM_TEXT_MAX])
{
	return say(false, why,
		   "not permitted: the old setting cannot be saved in /run/forkcost: %s; %s",
		   strerror(errno), remedy_or(errno, "let root write there"));
}

/* That 64 KiB pages are off is the kernel's default and nobody's wish; that all are off is one. */
static bool can_multi(char why[PROBLEM_TEXT_MAX])
{
	struct size size = look_at_size(MULTI_KB);
	if (!size.is_there)
		return say(
			false, why,
			"unavailable: no 64 KiB pages in this kernel (they came with Linux 6.8)");
	/* Of several sizes that fit a mapping the kernel takes the largest. Where somebody wants one
	 * between ours and that of 2 MiB, which our mappings do not fit, there it stays. */
	for (unsigned size_kb = HUGE_KB / 2; size_kb > MULTI_KB; size_kb /= 2) {
		struct size larger = look_at_size(size_kb);
		if (larger.is_there && is_offered(&larger))
			return say(false, why,
				   "unavailable: %s is %s, and of two sizes the kernel takes the "
				   "larger; write never into it",
				   larger.path, larger.word);
	}
	if (is_offered(&size))
		return say_offered(&size, why);
	if (strcmp(size.top, "never") == 0)
		return say(false, why,
			   "unavailable: " TOP_ENABLED " is never; write madvise into it");
	if (access(size.path, W_OK) < 0)
		return say(false, why,
			   "not permitted: %s is %s, and only root can change it; write madvise "
			   "into it",
			   size.path, size.word);
	if (!tunable_can_be_saved())
		return say_unrecordable(why);
	return say(true, why, "%s is %s; set to madvise while a worker runs", size.path, size.word);
}

/* UINT64_MAX if there is no such file. */
static uint64_t read_pool(const char *file)
{
	char path[PATH_BYTES], value[TUNABLE_VALUE_MAX];
	snprintf(path, sizeof path, POOL_FOLDER "%s", file);
	return tunable_value(path, value) ? strtoull(value, NULL, 10) : UINT64_MAX;
}

/* Pages that nobody has and nobody was promised. */
static uint64_t free_pages(void)
{
	uint64_t free = read_pool("free_hugepages"), promised = read_pool("resv_hugepages");
	return free != UINT64_MAX && free > promised ? free - promised : 0;
}

static bool can_hugetlb(uint64_t bytes, char why[PROBLEM_TEXT_MAX])
{
	uint64_t needed = bytes / HUGE_BYTES, there = free_pages(), all = read_pool("nr_hugepages");
	if (all == UINT64_MAX)
		return say(false, why, "unavailable: this kernel has no 2 MiB hugetlb pages");
	if (there < needed && access(POOL_FOLDER "nr_hugepages", W_OK) < 0)
		return say(false, why,
			   "not permitted: " POOL_FOLDER "nr_hugepages is %" PRIu64 ", %" PRIu64
			   " of them free, %" PRIu64 " needed; sysctl vm.nr_hugepages=%" PRIu64,
			   all, there, needed, all + needed - there);
	if (there < needed && !tunable_can_be_saved())
		return say_unrecordable(why);
	return say(true, why, POOL_FOLDER "nr_hugepages is %" PRIu64 ", %" PRIu64 " of them free%s",
		   all, there, there < needed ? "; raised while a worker runs" : "");
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
	uint64_t needed = bytes / HUGE_BYTES, there = free_pages();
	char text[TUNABLE_VALUE_MAX];
	if (there >= needed)
		return OUTCOME_OK;
	snprintf(text, sizeof text, "%" PRIu64, read_pool("nr_hugepages") + needed - there);
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
