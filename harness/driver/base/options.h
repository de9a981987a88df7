/* The command line of a command that takes options: every command reads it by this one loop, and so
 * refuses the same things. */
#ifndef FORKCOST_OPTIONS_H
#define FORKCOST_OPTIONS_H

#include "harness/common/problem.h"

#include <stdbool.h>
#include <stddef.h>

enum { OPTIONS_MAX = 40 };

/* What may be given: --name, with a value if `argument` says what it is. */
struct option_row {
	const char *name, *argument;
};

/* Takes an option; `index` is its row, `value` NULL where it takes none. */
typedef enum outcome options_take(void *context, size_t index, const char *value,
				  struct problem *problem);

struct options {
	const char *command; /* as in "forkcost run" */
	const struct option_row *rows;
	size_t count; /* at most OPTIONS_MAX */
	options_take *take;
	void *context;
};

/* Reads argv[1] and on: --name VALUE or --name=VALUE, names cut short as long as they fit one option
 * alone. --help or -h sets *help and ends the reading. Fails on an option that is unknown, given
 * twice, or without its value; a word that looks like an option is no value, so that one left out
 * does not swallow the next. Fails where `take` does. */
enum outcome options_read(const struct options *options, int argc, char **argv, bool *help,
			  struct problem *problem);

#endif
