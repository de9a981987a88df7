/* What a command is. One file of commands/ each, which ends with COMMAND(...): that puts a pointer into a
 * linker section, so that a new command is a new file and no other edit. */
#ifndef FORKCOST_COMMAND_H
#define FORKCOST_COMMAND_H

#include "harness/common/problem.h"
#include "harness/driver/base/options.h"

#include <stddef.h>

enum status {
	STATUS_DONE = 0,
	STATUS_FAILED = 1,
	STATUS_USAGE = 2,
	STATUS_SLOWER = 3, /* compare --fail-above */
	STATUS_INTERRUPTED = 130
};

struct command {
	const char *name, *summary; /* a line of forkcost --help */
	struct options options;
	/* Where the options are made from other tables; NULL: those above. */
	const struct options *(*make_options)(void);
	/* Called once the options are read, and no help is asked for. Complains itself. */
	enum status (*run)(const struct given *given);
};

#define COMMAND(name_, ...)                                                                       \
	static const struct command name_##_command = {.name = #name_, __VA_ARGS__};              \
	__attribute__((                                                                           \
		used, retain,                                                                     \
		section("forkcost_commands"))) static const struct command *const name_##_entry = \
		&name_##_command

/* The commands by number, in the order of their files' names; NULL behind the last. */
const struct command *command_at(size_t index);

/* NULL if there is none of that name. */
const struct command *command_find(const char *name);

const struct options *command_options(const struct command *command);

/* Reads argv, of which the command's name is the first, and runs the command or prints its help. */
enum status command_run(const struct command *command, int argc, char **argv);

/* Prints the problem on standard error. Returns the status, so that callers can return it. */
enum status complain(const struct problem *problem, enum status status);

#endif
