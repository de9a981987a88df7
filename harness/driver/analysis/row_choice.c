#include "harness/driver/analysis/row_choice.h"

#include "harness/common/units.h"
#include "harness/driver/base/notes.h"

#include <string.h>

/* The things that can be asked for, in the order in which they are looked at. */
enum part { EXPERIMENT, PRIMITIVE, ACTION, HEAP, METRIC, PARTS };

static bool is_same(const char *asked, const char *is)
{
	return !asked || strcmp(asked, is) == 0;
}

/* Whether a series is what was asked for in the first so many parts. */
static bool takes_parts(const struct row_choice *choice, const struct series *series,
			unsigned parts)
{
	const bool is[PARTS] = {
		[EXPERIMENT] = is_same(choice->experiment, series->experiment),
		[PRIMITIVE] = is_same(choice->primitive, series->primitive),
		[ACTION] = is_same(choice->action, series->action),
		[HEAP] = !choice->with_heap || choice->heap_bytes == series->heap_bytes,
		[METRIC] = is_same(choice->metric, series->metric),
	};
	bool all = !series->aa_control;
	for (unsigned part = 0; part < parts; part++)
		all = all && is[part];
	return all;
}

bool row_choice_takes(const struct row_choice *choice, const struct series *series)
{
	return takes_parts(choice, series, PARTS);
}

static const char *word_of(const struct series *series, enum part part, char text[UNITS_TEXT_MAX])
{
	switch (part) {
	case EXPERIMENT:
		return series->experiment;
	case PRIMITIVE:
		return series->primitive;
	case ACTION:
		return series->action;
	case HEAP:
		return units_format_bytes(series->heap_bytes, text);
	default:
		return series->metric;
	}
}

/* Whether a list with ", " between has the word. */
static bool has_word(const char *list, const char *word)
{
	const size_t length = strlen(word);
	for (const char *at = list; (at = strstr(at, word)); at += length)
		if ((at == list || at[-1] == ' ') && (at[length] == ',' || !at[length]))
			return true;
	return false;
}

enum outcome row_choice_blame(const struct row_choice *choice, const struct summary *summary,
			      struct problem *problem)
{
	static const char *const names[PARTS] = {"experiment", "primitive", "action", "heap",
						 "metric"};
	char asked[UNITS_TEXT_MAX], text[UNITS_TEXT_MAX], has[320] = "";
	const char *words[PARTS] = {
		choice->experiment, choice->primitive, choice->action,
		choice->with_heap ? units_format_bytes(choice->heap_bytes, asked) : NULL,
		choice->metric};
	unsigned part = 0;
	for (bool any = true; any && part < PARTS; part += any) {
		any = false;
		for (size_t i = 0; i < summary->row_count && !any; i++)
			any = summary->rows[i].count &&
			      takes_parts(choice, summary->rows[i].series, part + 1);
	}
	if (part == PARTS)
		return fail(problem, "cannot show a table: the run has no main metric of these; "
				     "give --metric");
	for (size_t i = 0; i < summary->row_count; i++) {
		const struct series *series = summary->rows[i].series;
		const char *word = word_of(series, part, text);
		if (summary->rows[i].count && takes_parts(choice, series, part) && *word &&
		    !has_word(has, word))
			notes_append(has, sizeof has, "%s%s", *has ? ", " : "", word);
	}
	if (!*has)
		return fail(problem,
			    "cannot find %s '%.40s' in the run, which has none here; leave "
			    "--%s out",
			    names[part], words[part] ? words[part] : "any", names[part]);
	return fail(problem, "cannot find %s '%.40s' in the run; give --%s one of %s", names[part],
		    words[part] ? words[part] : "any", names[part], has);
}
