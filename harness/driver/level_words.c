#include "harness/driver/level_words.h"

#include <stdio.h>
#include <string.h>

/* Levels whose names alone do not say it. */
static const struct {
	enum pick_level level;
	const char *name, *words;
} known[] = {
	{LEVEL_PAGE_KIND, "4k", "4 KiB pages"},
	{LEVEL_PAGE_KIND, "thp", "thp pages (2 MiB)"},
	{LEVEL_PAGE_KIND, "mthp", "mthp pages (64 KiB)"},
	{LEVEL_PAGE_KIND, "hugetlb", "hugetlb pages (2 MiB)"},
	{LEVEL_CACHE, "warm", "caches warm"},
	{LEVEL_CACHE, "cold", "caches cold"},
	{LEVEL_CHILD_CPU, "same", "child on the caller's CPU"},
	{LEVEL_CHILD_CPU, "free", "child on any CPU"},
	{LEVEL_CHILD_CPU, "other", "child on another CPU"},
	{LEVEL_TOUCH_ORDER, "sequential", "in order"},
	{LEVEL_THREADS, "1", "1 running thread"},
};

const char *level_words_one(const struct pick *pick, enum pick_level level,
			    char text[LEVEL_WORD_MAX])
{
	static const char *const after[PICK_LEVELS] = {
		[LEVEL_PAGE_KIND] = "pages", [LEVEL_STATE] = "heap",
		[LEVEL_CACHE] = "caches",    [LEVEL_CHILD_CPU] = "child CPU",
		[LEVEL_TOUCH_ORDER] = "",    [LEVEL_THREADS] = "running threads",
	};
	const char *name = pick_level(pick, level);
	name = name ? name : pick_plain(level);
	*text = '\0';
	if (strcmp(name, PICK_ANY) == 0)
		return text;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (known[i].level == level && strcmp(known[i].name, name) == 0)
			snprintf(text, LEVEL_WORD_MAX, "%s", known[i].words);
	if (!*text && level == LEVEL_TOUCH_ORDER)
		snprintf(text, LEVEL_WORD_MAX, "in %s order", name);
	else if (!*text)
		snprintf(text, LEVEL_WORD_MAX, "%s %s", name, after[level]);
	return text;
}

const char *level_words(const struct pick *pick, unsigned told, char text[LEVEL_WORDS_MAX])
{
	char word[LEVEL_WORD_MAX];
	size_t length = 0;
	*text = '\0';
	for (enum pick_level level = 0; level < PICK_LEVELS; level++) {
		const char *name = pick_level(pick, level);
		if (told & 1U << level || !name || !*name || strcmp(name, pick_plain(level)) == 0 ||
		    !*level_words_one(pick, level, word))
			continue;
		length += (size_t)snprintf(text + length, LEVEL_WORDS_MAX - length, ", %s", word);
		if (length >= LEVEL_WORDS_MAX)
			break;
	}
	return text;
}

enum { SEEN_MAX = 16 };

/* Appends the levels of one kind that rows of the experiment have and the pick does not show. */
static void add_others(const struct summary *summary, const struct pick *pick,
		       enum pick_level level, char text[LEVEL_WORDS_MAX])
{
	const char *shown = pick_level(pick, level), *seen[SEEN_MAX];
	size_t count = 0;
	shown = shown ? shown : pick_plain(level);
	for (size_t i = 0; i < summary->row_count && count < SEEN_MAX; i++) {
		const struct series *series = summary->rows[i].series;
		const char *name = pick_level_of(series, level);
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
		pick_set_level(&one, level, name);
		snprintf(text + length, LEVEL_WORDS_MAX - length, "%s%s",
			 length ? ", " : "not shown: ", level_words_one(&one, level, word));
	}
}

const char *level_words_others(const struct summary *summary, const struct pick *pick,
			       unsigned told, char text[LEVEL_WORDS_MAX])
{
	static const char where[] = "; see summary.csv";
	*text = '\0';
	for (enum pick_level level = 0; level < PICK_LEVELS; level++) {
		const char *shown = pick_level(pick, level);
		if (!(told & 1U << level) && !(shown && strcmp(shown, PICK_ANY) == 0))
			add_others(summary, pick, level, text);
	}
	if (*text)
		strncat(text, where, LEVEL_WORDS_MAX - strlen(text) - 1);
	return text;
}
