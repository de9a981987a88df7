#include "harness/driver/base/options.h"

#include <string.h>

enum { NAME_SHOWN_MAX = 60 }; /* of what a user wrote as a name */

static const struct option_row help_row = {"help", NULL};

/* "-x" and "--x", and "-" alone; but not "-1", which its option refuses as a number. */
static bool looks_like_option(const char *word)
{
	return word[0] == '-' && !(word[1] >= '0' && word[1] <= '9');
}

static const struct option_row *row_at(const struct options *options, size_t index)
{
	return index < options->count ? &options->rows[index] : &help_row;
}

/* Finds the row that `length` characters of a name mean: all of one, or the beginning of one alone.
 * The row behind the last is --help. */
static enum outcome find_row(const struct options *options, const char *name, size_t length,
			     size_t *index, struct problem *problem)
{
	size_t alike = 0;
	const int shown = (int)(length < NAME_SHOWN_MAX ? length : NAME_SHOWN_MAX);
	for (size_t i = 0; i <= options->count; i++) {
		const char *known = row_at(options, i)->name;
		if (length == 0 || strncmp(known, name, length) != 0)
			continue;
		*index = i;
		if (!known[length])
			return OUTCOME_OK;
		alike++;
	}
	if (alike == 1)
		return OUTCOME_OK;
	if (alike == 0)
		return fail(problem, "cannot find option --%.*s; see forkcost %s --help", shown,
			    name, options->command);
	return fail(problem,
		    "cannot tell which option --%.*s is: several begin so; write it in full, see "
		    "forkcost %s --help",
		    shown, name, options->command);
}

/* The value of an option: behind its "=", or the next word. *at is the option's own place, and moves
 * on to what was read last. */
static enum outcome find_value(const struct option_row *row, int argc, char **argv, int *at,
			       const char *equals, const char **value, struct problem *problem)
{
	*value = equals ? equals + 1 : NULL;
	if (!row->argument) {
		if (!equals)
			return OUTCOME_OK;
		return fail(problem, "cannot give --%s a value: it takes none; leave out '%.*s'",
			    row->name, NAME_SHOWN_MAX, equals);
	}
	if (!equals && *at + 1 < argc)
		*value = argv[++*at];
	if (!*value)
		return fail(problem, "cannot use --%s: it needs a value; write --%s %s", row->name,
			    row->name, row->argument);
	if (looks_like_option(*value))
		return fail(problem,
			    "cannot use --%s: it needs a value, and '%.*s' looks like an option; "
			    "write --%s %s",
			    row->name, NAME_SHOWN_MAX, *value, row->name, row->argument);
	return OUTCOME_OK;
}

enum outcome options_read(const struct options *options, int argc, char **argv, bool *help,
			  struct problem *problem)
{
	bool given[OPTIONS_MAX] = {false};
	*help = false;
	for (int at = 1; at < argc; at++) {
		const char *word = argv[at], *value;
		size_t index = 0;
		if (strcmp(word, "-h") == 0) {
			*help = true;
			return OUTCOME_OK;
		}
		if (strncmp(word, "--", 2) != 0)
			return fail(problem,
				    "cannot use '%.*s': forkcost %s takes options only; see "
				    "forkcost %s --help",
				    NAME_SHOWN_MAX, word, options->command, options->command);
		const char *equals = strchr(word, '=');
		size_t length = equals ? (size_t)(equals - word) - 2 : strlen(word + 2);
		if (find_row(options, word + 2, length, &index, problem))
			return OUTCOME_FAILED;
		const struct option_row *row = row_at(options, index);
		if (find_value(row, argc, argv, &at, equals, &value, problem))
			return OUTCOME_FAILED;
		if (row == &help_row) {
			*help = true;
			return OUTCOME_OK;
		}
		if (given[index])
			return fail(problem,
				    "cannot use --%s twice: one of them would have no effect; give "
				    "it once",
				    row->name);
		given[index] = true;
		if (options->take(options->context, index, value, problem))
			return OUTCOME_FAILED;
	}
	return OUTCOME_OK;
}
