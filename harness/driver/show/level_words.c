#include "harness/driver/show/level_words.h"

#include "harness/driver/base/notes.h"

#include <string.h>

const char *level_words_one(const struct filter *filter, enum axis_id axis,
			    char text[LEVEL_WORD_MAX])
{
	const char *level =
		filter->level[axis] ? filter->level[axis] : axis_plain_name(&axes[axis]);
	*text = '\0';
	if (strcmp(level, FILTER_ANY) != 0)
		axis_words(&axes[axis], level, text);
	return text;
}

const char *level_words(const struct filter *filter, unsigned named, char text[LEVEL_WORDS_MAX])
{
	char word[LEVEL_WORD_MAX];
	*text = '\0';
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++) {
		const char *name = filter->level[axis];
		if (!(named & 1U << axis) && name && *name &&
		    strcmp(name, axis_plain_name(&axes[axis])) != 0 &&
		    *level_words_one(filter, axis, word))
			notes_append(text, LEVEL_WORDS_MAX, ", %s", word);
	}
	return text;
}

enum { SEEN_MAX = 16 };

/* Appends the levels of one kind that rows of the experiment have and the filter does not show. */
static void add_others(const struct summary *summary, const struct filter *filter,
		       enum axis_id axis, char text[LEVEL_WORDS_MAX])
{
	const char *shown = filter->level[axis], *seen[SEEN_MAX];
	size_t count = 0;
	shown = shown ? shown : axis_plain_name(&axes[axis]);
	for (size_t i = 0; i < summary->row_count && count < SEEN_MAX; i++) {
		const struct series *series = summary->rows[i].series;
		const char *name = series->level[axis];
		char word[LEVEL_WORD_MAX];
		size_t at = 0;
		if (!summary->rows[i].count || !*name || strcmp(name, shown) == 0 ||
		    strcmp(series->experiment, filter->experiment) != 0)
			continue;
		while (at < count && strcmp(seen[at], name) != 0)
			at++;
		if (at < count)
			continue;
		seen[count++] = name;
		struct filter one = {.experiment = filter->experiment};
		one.level[axis] = name;
		notes_append(text, LEVEL_WORDS_MAX, "%s%s",
			     *text ? ", " : "not shown: ", level_words_one(&one, axis, word));
	}
}

const char *level_words_others(const struct summary *summary, const struct filter *filter,
			       unsigned named, char text[LEVEL_WORDS_MAX])
{
	*text = '\0';
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++) {
		const char *shown = filter->level[axis];
		if (!(named & 1U << axis) && !(shown && strcmp(shown, FILTER_ANY) == 0))
			add_others(summary, filter, axis, text);
	}
	if (*text)
		notes_append(text, LEVEL_WORDS_MAX, "; see summary.csv");
	return text;
}
