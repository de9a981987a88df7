/* The options of a command: read, and listed in its help, from the same rows. */
#ifndef FORKCOST_OPTIONS_H
#define FORKCOST_OPTIONS_H

#include "harness/common/problem.h"

#include <stdbool.h>
#include <stddef.h>

enum { OPTIONS_MAX = 64 };

/* What a value can be, for completion: anything; one of the row's words; a folder; names out of the
 * worker's catalogue, or of the commands. */
enum option_values {
	VALUES_ANY,
	VALUES_WORDS,
	VALUES_FOLDER,
	VALUES_EXPERIMENTS,
	VALUES_PRIMITIVES,
	VALUES_COMMANDS,
	VALUES_OPTIONAL, /* anything, or none: --name or --name=VALUE */
	VALUES_OPTIONS,  /* options themselves, in one word */
	VALUES_REPEATED, /* anything; the option may be given several times. At most one row of a command */
};

/* What may be given: --name, with a value if `argument` says what it is. */
struct option_row {
	const char *name, *argument;
	const char *help; /* with the default in brackets at its end, where there is one */
	enum option_values values;
	const char *words; /* with blanks between */
};

struct options {
	const char *text; /* what the command does; what is said behind the options after a \v */
	const struct option_row
		*rows;             /* at most OPTIONS_MAX, then one without a name; NULL: none */
	struct option_row operand; /* by its `argument`, as RUN: the one word that may be given */
	const char *example;       /* of an operand that must be given */
	/* Operands are two lists with "--" between, or two words; options may stand anywhere. */
	bool has_sides;
};

/* Operands of one of two sides. */
enum { OPTIONS_SIDES = 2, OPTIONS_SIDE_MAX = 32 };

struct side_given {
	size_t count;
	const char *operands[OPTIONS_SIDE_MAX];
};

/* A command line, read. */
struct given {
	int argc; /* as it was; argv[0] is the command */
	char **argv;
	bool help;
	const char *operand;
	struct side_given sides[OPTIONS_SIDES]; /* of a command that has_sides */
	const char *
		values[OPTIONS_MAX]; /* by row; NULL: not given. "" for an option that takes none */
	struct side_given repeated;  /* all values of the row that repeats; values[] has the last */
};

/* Reads argv[1] and on: --name VALUE or --name=VALUE, names cut short as long as they fit one option
 * alone. --help or -h sets given->help and ends the reading. Fails on an option that is unknown, given
 * twice though it does not repeat, or without its value, and on an operand too many or too few; a word
 * that looks like an option is no value, so that one left out does not swallow the next. Of a command with sides each has an operand. */
enum outcome options_read(const struct options *options, int argc, char **argv, struct given *given,
			  struct problem *problem);

/* Says in a problem which option had the value that could not be read, if that is the problem and the option not
 * yet named. Always OUTCOME_FAILED. */
enum outcome options_blame(const char *option, struct problem *problem);

/* Prints how the command is used, what it does and its options. */
void options_print_help(const struct options *options, const char *command);

#endif
