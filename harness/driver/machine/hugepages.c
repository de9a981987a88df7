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

/* The other sizes below 2 MiB that kernels have. */
static const struct {
	enum tunable tunable;
	unsigned kb;
} others[] = {{TUNABLE_MULTI_1M, 1024},  {TUNABLE_MULTI_512K, 512}, {TUNABLE_MULTI_256K, 256},
	      {TUNABLE_MULTI_128K, 128}, {TUNABLE_MULTI, MULTI_KB}, {TUNABLE_MULTI_32K, 32},
	      {TUNABLE_MULTI_16K, 16}};

enum { OTHERS = sizeof others / sizeof *others };

/* Of all sizes that there are those that are off are switched on, if that may be. */
static bool can_multi_any(char why[PROBLEM_TEXT_MAX])
{
	size_t there = 0, offered = 0;
	bool can_change = true;
	struct size size = {0};
	for (size_t i = 0; i < OTHERS; i++) {
		size = look_at_size(others[i].kb);
		there += size.is_there;
		offered += size.is_there && is_offered(&size);
		can_change = can_change &&
			     (!size.is_there || is_offered(&size) || access(size.path, W_OK) == 0);
	}
	if (!there)
		return say(
			false, why,
			"unavailable: no pages of sizes below 2 MiB in this kernel (they came with "
			"Linux 6.8)");
	if (offered == there)
		return say(true, why, "all %zu sizes below 2 MiB are given", there);
	if (strcmp(size.top, "never") == 0)
		return say(false, why,
			   "unavailable: " TOP_ENABLED " is never; write madvise into it");
	if (!can_change)
		return say(
			offered > 0, why,
			offered ? "%zu of %zu sizes below 2 MiB are given"
				: "not permitted: %zu of %zu sizes below 2 MiB are given, and only "
				  "root can change that; write madvise into " THP_FOLDER
				  "hugepages-*kB/enabled",
			offered, there);
	if (!tunable_can_be_saved())
		return say_unrecordable(why);
	return say(
		true, why,
		"%zu of %zu sizes below 2 MiB are given; the others set to madvise while a worker "
		"runs",
		offered, there);
}

/* A pool of hugetlb pages. */
static const struct pool {
	const char *folder, *size;
	enum tunable tunable;
	uint64_t page_bytes;
} pool_2m = {POOL_FOLDER, "2 MiB", TUNABLE_POOL, HUGE_BYTES},
  pool_1g = {POOL_1G_FOLDER, "1 GiB", TUNABLE_POOL_1G, GIGANTIC_BYTES};

/* UINT64_MAX if there is no such file. */
static uint64_t read_pool(const struct pool *pool, const char *file)
{
	char path[PATH_BYTES], value[TUNABLE_VALUE_MAX];
	snprintf(path, sizeof path, "%s%s", pool->folder, file);
	return tunable_value(path, value) ? strtoull(value, NULL, 10) : UINT64_MAX;
}

/* Pages that nobody has and nobody was promised. */
static uint64_t free_pages(const struct pool *pool)
{
	uint64_t free = read_pool(pool, "free_hugepages"),
		 promised = read_pool(pool, "resv_hugepages");
	return free != UINT64_MAX && free > promised ? free - promised : 0;
}

static uint64_t pages_for(const struct pool *pool, uint64_t bytes)
{
	return (bytes + pool->page_bytes - 1) / pool->page_bytes;
}

static bool can_hugetlb(const struct pool *pool, uint64_t bytes, char why[PROBLEM_TEXT_MAX])
{
	uint64_t needed = pages_for(pool, bytes), there = free_pages(pool),
		 all = read_pool(pool, "nr_hugepages");
	char path[PATH_BYTES];
	snprintf(path, sizeof path, "%snr_hugepages", pool->folder);
	if (all == UINT64_MAX)
		return say(false, why, "unavailable: this kernel has no %s hugetlb pages",
			   pool->size);
	if (there < needed && access(path, W_OK) < 0)
		return say(false, why,
			   "not permitted: %s is %" PRIu64 ", %" PRIu64 " of them free, %" PRIu64
			   " needed; write %" PRIu64 " into it as root",
			   path, all, there, needed, all + needed - there);
	if (there < needed && !tunable_can_be_saved())
		return say_unrecordable(why);
	return say(true, why, "%s is %" PRIu64 ", %" PRIu64 " of them free%s", path, all, there,
		   there < needed ? "; raised while a worker runs" : "");
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
		return can_hugetlb(&pool_2m, bytes, why);
	case PAGE_KIND_MTHP_ANY:
		return can_multi_any(why);
	case PAGE_KIND_HUGETLB_1G:
		return can_hugetlb(&pool_1g, bytes, why);
	case PAGE_KIND_SHARED:
		return say(true, why, "a memory file");
	case PAGE_KIND_FILE:
	case PAGE_KIND_FILE_WRITTEN:
		return say(true, why, "a file without a name in /var/tmp, /tmp or here");
	default:
		return true;
	}
}

static enum outcome enable_multi(struct problem *problem)
{
	struct size size = look_at_size(MULTI_KB);
	return is_offered(&size) ? OUTCOME_OK : tunable_change(TUNABLE_MULTI, "madvise", problem);
}

static enum outcome enable_multi_any(struct problem *problem)
{
	for (size_t i = 0; i < OTHERS; i++) {
		struct size size = look_at_size(others[i].kb);
		if (size.is_there && !is_offered(&size) && access(size.path, W_OK) == 0 &&
		    tunable_change(others[i].tunable, "madvise", problem))
			return OUTCOME_FAILED;
	}
	return OUTCOME_OK;
}

static enum outcome enable_hugetlb(const struct pool *pool, uint64_t bytes, struct problem *problem)
{
	uint64_t needed = pages_for(pool, bytes), there = free_pages(pool);
	char text[TUNABLE_VALUE_MAX];
	if (there >= needed)
		return OUTCOME_OK;
	snprintf(text, sizeof text, "%" PRIu64, read_pool(pool, "nr_hugepages") + needed - there);
	if (tunable_change(pool->tunable, text, problem))
		return OUTCOME_FAILED;
	if (free_pages(pool) >= needed)
		return OUTCOME_OK;
	return fail(problem,
		    "cannot reserve %" PRIu64
		    " hugetlb pages of %s: memory is too fragmented; use a "
		    "smaller --heap, or leave the page kind out",
		    needed, pool->size);
}

/* Nobody else changes meanwhile what the kind needs. */
static enum outcome lock_for(enum page_kind kind, struct problem *problem)
{
	switch (kind) {
	case PAGE_KIND_MTHP:
		return tunable_lock(TUNABLE_MULTI, problem);
	case PAGE_KIND_HUGETLB:
		return tunable_lock(TUNABLE_POOL, problem);
	case PAGE_KIND_HUGETLB_1G:
		return tunable_lock(TUNABLE_POOL_1G, problem);
	case PAGE_KIND_MTHP_ANY:
		for (size_t i = 0; i < OTHERS; i++)
			if (tunable_lock(others[i].tunable, problem))
				return OUTCOME_FAILED;
		return OUTCOME_OK;
	default:
		return OUTCOME_OK;
	}
}

enum outcome hugepages_enable(enum page_kind kind, uint64_t bytes, struct problem *problem)
{
	char why[PROBLEM_TEXT_MAX];
	if (lock_for(kind, problem))
		return OUTCOME_FAILED;
	/* Settings may be others than when the plan was made. */
	if (!hugepages_check(kind, bytes, why))
		return fail(problem, "cannot build a heap of page kind %s: %s",
			    axis_name(&axes[AXIS_PAGE_KIND], kind), why);
	if (kind == PAGE_KIND_MTHP)
		return enable_multi(problem);
	if (kind == PAGE_KIND_MTHP_ANY)
		return enable_multi_any(problem);
	return kind == PAGE_KIND_HUGETLB      ? enable_hugetlb(&pool_2m, bytes, problem)
	       : kind == PAGE_KIND_HUGETLB_1G ? enable_hugetlb(&pool_1g, bytes, problem)
					      : OUTCOME_OK;
}

void hugepages_restore(void)
{
	tunables_restore();
}
