#include "harness/driver/base/options.h"

#include "harness/common/remedy.h"
#include "harness/driver/base/forms/terminal.h"

#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_SHOWN_MAX = 60 }; /* of what a user wrote as a name */

enum {
	KEY_HELP = 'h',
	KEY_FIRST_ROW = 0x100
}; /* the second is no character: there is no short form */

static const struct option_row help_row = {"help", NULL, "print this help", VALUES_ANY, NULL};

/* What argp's parser works on. */
struct reading {
	const struct options *options;
	struct given *given;
	struct problem *problem;
	int at;     /* the word that is read now */
	bool ended; /* by --help, or the problem is told */
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

/* Keeps the order of the rows: argp sorts within a group. */
static struct argp make_argp(const struct options *options, argp_parser_t parser,
			     struct argp_option known[OPTIONS_MAX + 2])
{
	size_t count = count_rows(options);
	for (size_t i = 0; i < count; i++)
		known[i] = (struct argp_option){.name = options->rows[i].name,
						.key = KEY_FIRST_ROW + (int)i,
						.arg = options->rows[i].argument,
						.doc = options->rows[i].help,
						.group = (int)i + 1};
	known[count] = (struct argp_option){
		.name = help_row.name, .key = KEY_HELP, .doc = help_row.help, .group = -1};
	known[count + 1] = (struct argp_option){0};
	return (struct argp){.options = known,
			     .parser = parser,
			     .args_doc = options->operand.argument,
			     .doc = options->text};
}

/* The row that the first `length` characters of a name mean, and how many rows begin with them; one if
 * they are all of its name. */
static size_t count_alike(const struct options *options, const char *name, size_t length,
			  const struct option_row **row)
{
	size_t alike = 0, count = count_rows(options);
	for (size_t i = 0; i <= count && length; i++) {
		const struct option_row *known = i < count ? &options->rows[i] : &help_row;
		if (strncmp(known->name, name, length) != 0)
			continue;
		*row = known;
		if (!known->name[length])
			return 1;
		alike++;
	}
	return alike;
}

/* Says why argp cannot read a word. */
static enum outcome refuse(const struct reading *reading, const char *word)
{
	const char *command = reading->given->argv[0], *name = word + 2;
	const struct option_row *row = NULL;
	if (strncmp(word, "--", 2) != 0)
		return fail(reading->problem,
			    "cannot use '%.*s': forkcost %s accepts %s%s; see "
			    "forkcost %s --help",
			    NAME_SHOWN_MAX, word, command,
			    reading->options->operand.argument ? "options and one "
							       : "only options",
			    reading->options->operand.argument ? reading->options->operand.argument
							       : "",
			    command);
	const size_t length = strcspn(name, "=");
	const int shown = (int)(length < NAME_SHOWN_MAX ? length : NAME_SHOWN_MAX);
	const size_t alike = count_alike(reading->options, name, length, &row);
	if (alike == 0)
		return fail(reading->problem, "cannot find option --%.*s; see forkcost %s --help",
			    shown, name, command);
	if (alike > 1)
		return fail(reading->problem,
			    "cannot choose option --%.*s: several begin like this; write it in "
			    "full, see forkcost %s --help",
			    shown, name, command);
	if (row->argument)
		return fail(reading->problem, "cannot use --%s: it needs a value; write --%s %s",
			    row->name, row->name, row->argument);
	return fail(reading->problem, "cannot give --%s a value: it has none; leave out '%.*s'",
		    row->name, NAME_SHOWN_MAX, name + length);
}

static enum outcome take(const struct reading *reading, size_t index, const char *value)
{
	const struct option_row *row = &reading->options->rows[index];
	if (value && looks_like_option(value))
		return fail(reading->problem,
			    "cannot use --%s: it needs a value, and '%.*s' looks like an option; "
			    "write --%s %s",
			    row->name, NAME_SHOWN_MAX, value, row->name, row->argument);
	if (reading->given->values[index])
		return fail(reading->problem,
			    "cannot use --%s twice: one of them would have no effect; give it once",
			    row->name);
	reading->given->values[index] = value ? value : "";
	return OUTCOME_OK;
}

static enum outcome take_operand(const struct reading *reading, const char *word)
{
	if (!reading->options->operand.argument || reading->given->operand)
		return refuse(reading, word);
	reading->given->operand = word;
	return OUTCOME_OK;
}

static enum outcome check_end(const struct reading *reading, bool dashes)
{
	const struct options *options = reading->options;
	const char *command = reading->given->argv[0];
	if (!options->operand.argument && dashes)
		return refuse(reading, "--");
	if (!options->example || reading->given->operand)
		return OUTCOME_OK;
	return fail(reading->problem, "cannot choose a %s: give one, as forkcost %s %s",
		    options->operand.argument, command, options->example);
}

static error_t parse(int key, char *value, struct argp_state *state)
{
	struct reading *reading = state->input;
	enum outcome outcome = OUTCOME_OK;
	switch (key) {
	case KEY_HELP:
		reading->given->help = reading->ended = true;
		return ECANCELED;
	case ARGP_KEY_ARG:
		outcome = take_operand(reading, value);
		break;
	case ARGP_KEY_END:
		outcome = check_end(reading, state->quoted != 0);
		break;
	case ARGP_KEY_ERROR:
		if (!reading->ended && reading->at < state->argc)
			outcome = refuse(reading, state->argv[reading->at]);
		break;
	default:
		if (key < KEY_FIRST_ROW || key >= KEY_FIRST_ROW + OPTIONS_MAX)
			return ARGP_ERR_UNKNOWN;
		outcome = take(reading, (size_t)(key - KEY_FIRST_ROW), value);
	}
	reading->ended |= outcome == OUTCOME_FAILED;
	reading->at = state->next;
	return outcome ? EINVAL : 0;
}

enum outcome options_read(const struct options *options, int argc, char **argv, struct given *given,
			  struct problem *problem)
{
	struct argp_option known[OPTIONS_MAX + 2];
	struct argp argp = make_argp(options, parse, known);
	*given = (struct given){.argc = argc, .argv = argv};
	struct reading reading = {options, given, problem, 1, false};
	error_t error = argp_parse(&argp, argc, argv,
				   ARGP_NO_ERRS | ARGP_NO_EXIT | ARGP_NO_HELP | ARGP_IN_ORDER, NULL,
				   &reading);
	if (!error || given->help)
		return OUTCOME_OK;
	if (reading.ended)
		return OUTCOME_FAILED;
	return fail(problem, "cannot read the options: %s; %s", strerror(error),
		    remedy_or(error, "report this"));
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

void options_print_help(const struct options *options, const char *command)
{
	struct argp_option known[OPTIONS_MAX + 2];
	struct argp argp = make_argp(options, NULL, known);
	char name[64], *text = NULL;
	size_t length;
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
