/* forkcost help, --help and -h: the commands. */
#include "harness/driver/base/forms/terminal.h"
#include "harness/driver/commands/command.h"

static enum status run(const struct given *given)
{
	const struct command *command;
	(void)given;
	print("forkcost: what starting a process really costs this program on this machine\n\n"
	      "Usage: forkcost COMMAND [OPTION...] [RUN]\n\n");
	for (size_t i = 0; (command = command_at(i)); i++)
		print("  %-11s %s\n", command->name, command->summary);
	print("\nforkcost COMMAND --help tells a command's options. RUN is a run's folder, such "
	      "as\n"
	      "results/latest. Exit status: 0 done, 1 some cells failed, 2 usage, 130 "
	      "interrupted.\n");
	return STATUS_DONE;
}

COMMAND(help, .summary = "print this text; --help and -h are the same",
	.options = {.text = "Prints the commands, a line each."}, .run = run);
