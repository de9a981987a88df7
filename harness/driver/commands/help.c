/* forkcost help, --help and -h: the commands, or how one of them is used. */
#include "harness/driver/base/forms/terminal.h"
#include "harness/driver/base/wrapped.h"
#include "harness/driver/commands/command.h"

static void print_all(void)
{
	const struct command *command;
	print("forkcost: what starting a process really costs this program on this machine\n\n"
	      "Usage: forkcost COMMAND [OPTION...] [RUN]\n\n");
	for (size_t i = 0; (command = command_at(i)); i++)
		wrapped_put(14, "  %-11s %s", command->name, command->summary);
	print("\n");
	wrapped_put(0, "forkcost help COMMAND, or forkcost COMMAND --help, tells a command's "
		       "options. RUN is "
		       "a run's folder, such as results/latest. Exit status: 0 done, 1 some cells "
		       "failed, 2 "
		       "usage, 130 interrupted.");
}

static enum status run(const struct given *given)
{
	struct problem problem;
	const struct command *command = given->operand ? command_find(given->operand) : NULL;
	if (given->operand && !command) {
		fail(&problem, "cannot find command '%s'; see forkcost --help", given->operand);
		return complain(&problem, STATUS_USAGE);
	}
	if (command)
		options_print_help(command_options(command), command->name);
	else
		print_all();
	return STATUS_DONE;
}

COMMAND(help, .summary = "print this text, or a command's options; --help and -h are the same",
	.options = {.text = "Prints the commands, a line each, or how one of them is used.",
		    .operand = {.argument = "[COMMAND]", .values = VALUES_COMMANDS}},
	.run = run);
