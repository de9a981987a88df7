#include "harness/driver/profile/items.h"

#include <fnmatch.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { PATTERN_MAX = 80 };

const struct item_row items[ITEM_ALL_COUNT] = {
#define ITEM(id, name, colour, patterns) {name, colour},
#include "harness/driver/profile/items.def"
	{"user code", 0x444444},
	{"unmatched", 0xff66cc},
	{"profiling itself", 0},
	{"other programs", 0},
};

static const char *const patterns[] = {
#define ITEM(id, name, colour, patterns) patterns,
#include "harness/driver/profile/items.def"
};

/* What sampling adds to forks, execs and switches: events that are handed on to children, and notes of them. */
static const char profiling[] =
	"perf_* __perf_* inherit_event* inherit_task_group* x86_pmu_* x86_perf_* armpmu_* "
	"riscv_pmu_* __intel_pmu_* intel_pmu_* amd_pmu_* event_sched_*";

/* Whether a row has the function among its patterns that begin with one of these marks; a blank: with none. */
static bool is_named(const char *row, const char *function, const char *marks)
{
	char pattern[PATTERN_MAX];
	while (*row) {
		size_t length = strcspn(row, " ");
		bool is_marked = *row == '=' || *row == '!';
		const char *begin = row + is_marked;
		bool may_be = (*begin == '*' || *begin == *function) &&
			      strchr(marks, is_marked ? *row : ' ');
		snprintf(pattern, sizeof pattern, "%.*s", (int)(row + length - begin), begin);
		if (may_be && fnmatch(pattern, function, 0) == 0)
			return true;
		row += length;
		row += strspn(row, " ");
	}
	return false;
}

static enum item find_row(const char *function, const char *marks)
{
	for (size_t row = 0; row < sizeof patterns / sizeof *patterns; row++)
		if (is_named(patterns[row], function, marks))
			return (enum item)row;
	return ITEM_UNMATCHED;
}

enum item item_of(const char *const *functions, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		enum item item = find_row(functions[i], "!");
		if (item != ITEM_UNMATCHED)
			return item;
	}
	for (size_t i = 0; i < count; i++) {
		if (is_named(profiling, functions[i], " "))
			return ITEM_PROFILING;
		enum item item = find_row(functions[i], i == 0 ? " =" : " ");
		if (item != ITEM_UNMATCHED)
			return item;
	}
	return count ? ITEM_UNMATCHED : ITEM_USER;
}
