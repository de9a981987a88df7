#include "harness/driver/plan/choice.h"

#include "harness/common/units.h"
#include "harness/common/wire.h"
#include "harness/driver/base/notes.h"

#include <string.h>

bool choice_has(const struct choice *choice, uint64_t level)
{
	for (size_t i = 0; i < choice->count; i++)
		if (choice->level[i] == level)
			return true;
	return false;
}

void choice_set(struct choice *choice, uint64_t level)
{
	choice->count = 1;
	choice->level[0] = level;
}

bool choice_add(struct choice *choice, uint64_t level)
{
	size_t at = 0, n = choice->count;
	while (at < n && choice->level[at] < level)
		at++;
	if (at < n && choice->level[at] == level)
		return true;
	if (n == CHOICE_MAX)
		return false;
	memmove(choice->level + at + 1, choice->level + at, (n - at) * sizeof *choice->level);
	choice->level[at] = level;
	choice->count++;
	return true;
}

bool choice_names(const struct axis *axis, const struct choice *choice, char *text, size_t bytes)
{
	char level[AXIS_TEXT_MAX];
	bool beside = false;
	*text = '\0';
	for (size_t i = 0; i < choice->count; i++) {
		notes_append(text, bytes, "%s%s", *text ? "," : "",
			     axis_text(axis, choice->level[i], level));
		beside = beside || choice->level[i] != axis_plain(axis);
	}
	return beside;
}

enum outcome choice_find_names(const char *list, const char *what, const char *const *names,
			       size_t count, bool *found, struct problem *problem)
{
	char known[CHOICE_MAX * (WIRE_NAME_MAX + 2)] = "";
	for (size_t i = 0; i < count; i++) {
		found[i] = false;
		if (*names[i])
			notes_append(known, sizeof known, "%s%s", *known ? ", " : "", names[i]);
	}
	for (const char *rest = list; rest;) {
		char name[WIRE_NAME_MAX];
		size_t i = 0;
		if (!units_split(&rest, name, sizeof name))
			return fail(problem,
				    "cannot read %s '%s'; write names separated by commas: %s",
				    what, list, known);
		while (i < count && strcmp(names[i], name) != 0)
			i++;
		if (i == count)
			return fail(problem, "cannot find %s '%s'; there are: %s", what, name,
				    known);
		found[i] = true;
	}
	return OUTCOME_OK;
}

static enum outcome parse_names(const struct axis *axis, const char *text, struct choice *choice,
				struct problem *problem)
{
	const char *names[AXIS_LEVELS_MAX] = {NULL};
	bool found[AXIS_LEVELS_MAX];
	size_t count = 0;
	for (; axis->levels[count].name; count++)
		names[count] = axis->levels[count].name;
	if (choice_find_names(text, axis->name, names, count, found, problem))
		return OUTCOME_FAILED;
	for (size_t i = 0; i < count; i++)
		if (found[i])
			choice_add(choice, i);
	return OUTCOME_OK;
}

static enum outcome parse_counts(const struct axis *axis, const char *text, struct choice *choice,
				 struct problem *problem)
{
	while (text) {
		char word[AXIS_TEXT_MAX];
		uint64_t count;
		if (!units_split(&text, word, sizeof word))
			return fail(problem,
				    "cannot read --%s; write numbers with commas between, as in "
				    "0,1,2",
				    axis->option);
		const size_t digits = strcspn(word, "%");
		if (axis->is_percent && digits > 0 && strcmp(word + digits, "%") == 0)
			word[digits] = '\0';
		if (units_parse_count(word, 0, axis->most, &count, problem))
			return OUTCOME_FAILED;
		if (!choice_add(choice, count))
			return fail(problem,
				    "cannot plan more than %d numbers for --%s; give fewer",
				    CHOICE_MAX, axis->option);
	}
	return OUTCOME_OK;
}

static enum outcome parse_sizes(const struct axis *axis, const char *text, struct choice *choice,
				struct problem *problem)
{
	if (units_parse_bytes_list(text, choice->level, CHOICE_MAX, &choice->count, problem))
		return OUTCOME_FAILED;
	/* Of heaps it is said what fits, by who knows the memory. */
	if (axis != &axis_heap && choice->count &&
	    !axis_has(axis, choice->level[choice->count - 1]))
		return fail(problem, "cannot use --%s '%s': no machine has so much; give less",
			    axis->option, text);
	return OUTCOME_OK;
}

enum outcome choice_parse(const struct axis *axis, const char *text, struct choice *choice,
			  struct problem *problem)
{
	choice->count = 0;
	if (axis->kind == AXIS_SIZES)
		return parse_sizes(axis, text, choice, problem);
	if (axis->kind == AXIS_COUNTS)
		return parse_counts(axis, text, choice, problem);
	return parse_names(axis, text, choice, problem);
}
