#include "harness/driver/base/options.h"

#include "harness/driver/base/forms/terminal.h"

#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	NAME_SHOWN_MAX = 60,   /* of what a user wrote as a name */
	KEY_FIRST_ROW = 0x100, /* no character: there is no short form */
};

static const struct option_row help_row = {"help", NULL, "print this help", VALUES_ANY, NULL};

struct reading {
	const struct options *options;
	struct given *given;
	struct problem *problem;
	bool behind_dashes;
};

/* "-x" and "--x", and "-" alone; but not "-1", which its option refuses as a number. */
static bool looks_like_option(const char *word)
{
	return word[0] == '-' && !(word[1] >= '0' && word[1] <= '9');
}

static size_t count_rows(const struct options *options)
{
	size_t count = 0;
	while (options->rows && options->rows[count].name && count < OPTIONS_MAX)
		count++;
	return count;
}

static enum outcome refuse_word(const struct reading *reading, const char *word)
{
	const char *command = reading->given->argv[0],
		   *operand = reading->options->operand.argument;
	return fail(reading->problem,
		    "cannot use '%.*s': forkcost %s accepts %s%s; see forkcost %s --help",
		    NAME_SHOWN_MAX, word, command, operand ? "options and one " : "only options",
		    operand ? operand : "", command);
}

/* The row that a name means, or the beginning of one, up to a "="; NULL with the problem set. */
static const struct option_row *find_row(const struct reading *reading, const char *name)
{
	const size_t length = strcspn(name, "="), count = count_rows(reading->options);
	const struct option_row *row = NULL;
	size_t alike = 0;
	for (size_t i = 0; i <= count && length; i++) {
		const struct option_row *known = i < count ? &reading->options->rows[i] : &help_row;
		if (strncmp(known->name, name, length) != 0)
			continue;
		if (!known->name[length])
			return known;
		row = known;
		alike++;
	}
	const char *command = reading->given->argv[0];
	const int shown = (int)(length < NAME_SHOWN_MAX ? length : NAME_SHOWN_MAX);
	if (alike == 0)
		fail(reading->problem, "cannot find option --%.*s; see forkcost %s --help", shown,
		     name, command);
	if (alike > 1)
		fail(reading->problem,
		     "cannot choose option --%.*s: several begin like this; write it in full, see "
		     "forkcost %s --help",
		     shown, name, command);
	return alike == 1 ? row : NULL;
}

static enum outcome take_repeated(const struct reading *reading, const struct option_row *row,
				  const char *value)
{
	struct side_given *repeated = &reading->given->repeated;
	if (repeated->count == OPTIONS_SIDE_MAX)
		return fail(reading->problem, "cannot use --%s more than %d times; give fewer",
			    row->name, OPTIONS_SIDE_MAX);
	repeated->operands[repeated->count++] = value;
	return OUTCOME_OK;
}

/* Takes "--name", "--name=value", or "--name" and the next word. */
static enum outcome take_option(const struct reading *reading, int *at)
{
	struct given *given = reading->given;
	const char *name = given->argv[*at] + 2, *sign = strchr(name, '=');
	const char *value = sign ? sign + 1 : NULL;
	const struct option_row *row = find_row(reading, name);
	if (!row)
		return OUTCOME_FAILED;
	if (!row->argument && sign)
		return fail(reading->problem,
			    "cannot give --%s a value: it has none; leave out '%.*s'", row->name,
			    NAME_SHOWN_MAX, sign);
	given->help = row == &help_row;
	if (given->help)
		return OUTCOME_OK;
	const bool needs_value = row->argument && row->values != VALUES_OPTIONAL;
	if (needs_value && !sign && *at + 1 < given->argc)
		value = given->argv[++*at];
	if (needs_value && !value)
		return fail(reading->problem, "cannot use --%s: it needs a value; write --%s %s",
			    row->name, row->name, row->argument);
	if (value && row->values != VALUES_OPTIONS && looks_like_option(value))
		return fail(reading->problem,
			    "cannot use --%s: it needs a value, and '%.*s' looks like an option; "
			    "write --%s %s",
			    row->name, NAME_SHOWN_MAX, value, row->name, row->argument);
	const char **taken = &given->values[row - reading->options->rows];
	if (*taken && row->values != VALUES_REPEATED)
		return fail(reading->problem,
			    "cannot use --%s twice: one of them would have no effect; give it once",
			    row->name);
	*taken = value ? value : "";
	return row->values == VALUES_REPEATED ? take_repeated(reading, row, *taken) : OUTCOME_OK;
}

static enum outcome take_side(const struct reading *reading, const char *word)
{
	struct side_given *side = &reading->given->sides[reading->behind_dashes];
	if (side->count == OPTIONS_SIDE_MAX)
		return fail(reading->problem,
			    "cannot use '%.*s': a side has %d operands already; give fewer",
			    NAME_SHOWN_MAX, word, OPTIONS_SIDE_MAX);
	side->operands[side->count++] = word;
	return OUTCOME_OK;
}

/* Two words without "--" between are a side each. */
static enum outcome end_sides(const struct reading *reading)
{
	struct side_given *sides = reading->given->sides;
	if (!reading->behind_dashes && sides[0].count == 2) {
		sides[1] = (struct side_given){1, {sides[0].operands[1]}};
		sides[0].count = 1;
	}
	if (sides[0].count && sides[1].count)
		return OUTCOME_OK;
	return fail(reading->problem, "cannot find both sides of %s: give them, as forkcost %s %s",
		    reading->options->operand.argument, reading->given->argv[0],
		    reading->options->example);
}

/* Takes a word, and the next if that is its value; behind "--" there are no options, but where it parts sides. */
static enum outcome take_word(const struct reading *reading, int *at)
{
	struct given *given = reading->given;
	const char *word = given->argv[*at];
	const bool behind_dashes = reading->behind_dashes && !reading->options->has_sides;
	if (!behind_dashes && strncmp(word, "--", 2) == 0)
		return take_option(reading, at);
	given->help = !behind_dashes && strncmp(word, "-h", 2) == 0;
	if (given->help)
		return OUTCOME_OK;
	if (reading->options->has_sides && (word[0] != '-' || !word[1]))
		return take_side(reading, word);
	if (!reading->options->operand.argument || given->operand || reading->options->has_sides ||
	    (!behind_dashes && word[0] == '-' && word[1]))
		return refuse_word(reading, word);
	given->operand = word;
	return OUTCOME_OK;
}

enum outcome options_read(const struct options *options, int argc, char **argv, struct given *given,
			  struct problem *problem)
{
	struct reading reading = {options, given, problem, false};
	*given = (struct given){.argc = argc, .argv = argv};
	for (int at = 1; at < argc && !given->help; at++)
		if (!reading.behind_dashes && strcmp(argv[at], "--") == 0)
			reading.behind_dashes = true;
		else if (take_word(&reading, &at))
			return OUTCOME_FAILED;
	if (options->has_sides && !given->help)
		return end_sides(&reading);
	if (reading.behind_dashes && !options->operand.argument)
		return fail(problem, "cannot find option --; see forkcost %s --help", argv[0]);
	if (!options->example || given->operand || given->help)
		return OUTCOME_OK;
	return fail(problem, "cannot choose a %s: give one, as forkcost %s %s",
		    options->operand.argument, argv[0], options->example);
}

enum outcome options_blame(const char *option, struct problem *problem)
{
	static const char act[] = "cannot read ";
	char name[NAME_SHOWN_MAX];
	const struct problem unnamed = *problem;
	snprintf(name, sizeof name, "--%s", option);
	if (strncmp(unnamed.text, act, strlen(act)) != 0 || strstr(unnamed.text, name))
		return OUTCOME_FAILED;
	return fail(problem, "%s%s's %s", act, name, unnamed.text + strlen(act));
}

/* argp lays them out; its groups keep the order of the rows. */
void options_print_help(const struct options *options, const char *command)
{
	struct argp_option known[OPTIONS_MAX + 2] = {0};
	struct argp argp = {
		.options = known, .args_doc = options->operand.argument, .doc = options->text};
	size_t count = count_rows(options), length;
	for (size_t i = 0; i < count; i++)
		known[i] = (struct argp_option){.name = options->rows[i].name,
						.key = KEY_FIRST_ROW + (int)i,
						.arg = options->rows[i].argument,
						.flags = options->rows[i].values == VALUES_OPTIONAL
								 ? OPTION_ARG_OPTIONAL
								 : 0,
						.doc = options->rows[i].help,
						.group = (int)i + 1};
	known[count] = (struct argp_option){
		.name = help_row.name, .key = 'h', .doc = help_row.help, .group = -1};
	char name[64], *text = NULL;
	FILE *file = open_memstream(&text, &length);
	snprintf(name, sizeof name, "forkcost %s", command);
	if (file) {
		argp_help(&argp, file,
			  ARGP_HELP_SHORT_USAGE | ARGP_HELP_PRE_DOC | ARGP_HELP_LONG |
				  ARGP_HELP_POST_DOC,
			  name);
		fclose(file);
	}
	for (char *rest = text, *line; rest && *rest && (line = strsep(&rest, "\n"));)
		print("%s\n", line);
	free(text);
}
