#include "harness/driver/show/level_words.h"

#include <stdio.h>
#include <string.h>

/* Levels whose names alone do not say it. */
static const struct {
	enum axis_id axis;
	const char *name, *words;
} known[] = {
	{AXIS_PAGE_KIND, "4k", "4 KiB pages"},
	{AXIS_PAGE_KIND, "thp", "thp pages (2 MiB)"},
	{AXIS_PAGE_KIND, "mthp", "mthp pages (64 KiB)"},
	{AXIS_PAGE_KIND, "hugetlb", "hugetlb pages (2 MiB)"},
	{AXIS_CACHE, "warm", "caches warm"},
	{AXIS_CACHE, "cold", "caches cold"},
	{AXIS_CHILD_CPU, "same", "child on the caller's CPU"},
	{AXIS_CHILD_CPU, "free", "child on any CPU"},
	{AXIS_CHILD_CPU, "other", "child on another CPU"},
	{AXIS_TOUCH_ORDER, "sequential", "in order"},
	{AXIS_THREADS, "1", "1 running thread"},
};

const char *level_words_one(const struct pick *pick, enum axis_id axis, char text[LEVEL_WORD_MAX])
{
	static const char *const after[AXIS_COUNT] = {
		[AXIS_PAGE_KIND] = "pages", [AXIS_STATE] = "heap",
		[AXIS_CACHE] = "caches",    [AXIS_CHILD_CPU] = "child CPU",
		[AXIS_TOUCH_ORDER] = "",    [AXIS_THREADS] = "running threads",
	};
	const char *name = pick->level[axis];
	name = name ? name : pick_plain(axis);
	*text = '\0';
	if (strcmp(name, PICK_ANY) == 0)
		return text;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (known[i].axis == axis && strcmp(known[i].name, name) == 0)
			snprintf(text, LEVEL_WORD_MAX, "%s", known[i].words);
	if (!*text && axis == AXIS_TOUCH_ORDER)
		snprintf(text, LEVEL_WORD_MAX, "in %s order", name);
	else if (!*text)
		snprintf(text, LEVEL_WORD_MAX, "%s %s", name, after[axis]);
	return text;
}

const char *level_words(const struct pick *pick, unsigned told, char text[LEVEL_WORDS_MAX])
{
	char word[LEVEL_WORD_MAX];
	size_t length = 0;
	*text = '\0';
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++) {
		const char *name = pick->level[axis];
		if (told & 1U << axis || !name || !*name || strcmp(name, pick_plain(axis)) == 0 ||
		    !*level_words_one(pick, axis, word))
			continue;
		length += (size_t)snprintf(text + length, LEVEL_WORDS_MAX - length, ", %s", word);
		if (length >= LEVEL_WORDS_MAX)
			break;
	}
	return text;
}

enum { SEEN_MAX = 16 };

/* Appends the levels of one kind that rows of the experiment have and the pick does not show. */
static void add_others(const struct summary *summary, const struct pick *pick, enum axis_id axis,
		       char text[LEVEL_WORDS_MAX])
{
	const char *shown = pick->level[axis], *seen[SEEN_MAX];
	size_t count = 0;
	shown = shown ? shown : pick_plain(axis);
	for (size_t i = 0; i < summary->row_count && count < SEEN_MAX; i++) {
		const struct series *series = summary->rows[i].series;
		const char *name = series->level[axis];
		char word[LEVEL_WORD_MAX];
		size_t at = 0, length = strlen(text);
		if (!summary->rows[i].count || !*name || strcmp(name, shown) == 0 ||
		    strcmp(series->experiment, pick->experiment) != 0)
			continue;
		while (at < count && strcmp(seen[at], name) != 0)
			at++;
		if (at < count)
			continue;
		seen[count++] = name;
		struct pick one = {.experiment = pick->experiment};
		one.level[axis] = name;
		snprintf(text + length, LEVEL_WORDS_MAX - length, "%s%s",
			 length ? ", " : "not shown: ", level_words_one(&one, axis, word));
	}
}

const char *level_words_others(const struct summary *summary, const struct pick *pick,
			       unsigned told, char text[LEVEL_WORDS_MAX])
{
	static const char where[] = "; see summary.csv";
	*text = '\0';
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++) {
		const char *shown = pick->level[axis];
		if (!(told & 1U << axis) && !(shown && strcmp(shown, PICK_ANY) == 0))
			add_others(summary, pick, axis, text);
	}
	if (*text)
		strncat(text, where, LEVEL_WORDS_MAX - strlen(text) - 1);
	return text;
}
