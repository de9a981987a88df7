#include "harness/driver/commands/command.h"

#include "harness/driver/base/forms/terminal.h"

#include <string.h>

extern const struct command *const __start_forkcost_commands[];
extern const struct command *const __stop_forkcost_commands[];

const struct command *command_at(size_t index)
{
	/* cppcheck-suppress comparePointers ; the linker has both in one section */
	size_t count = (size_t)(__stop_forkcost_commands - __start_forkcost_commands);
	return index < count ? __start_forkcost_commands[index] : NULL;
}

const struct command *command_find(const char *name)
{
	const struct command *command;
	for (size_t i = 0; (command = command_at(i)); i++)
		if (strcmp(command->name, name) == 0)
			break;
	return command;
}

const struct options *command_options(const struct command *command)
{
	return command->make_options ? command->make_options() : &command->options;
}

enum status command_run(const struct command *command, int argc, char **argv)
{
	struct problem problem = {""};
	struct given given;
	const struct options *options = command_options(command);
	if (options_read(options, argc, argv, &given, &problem))
		return complain(&problem, STATUS_USAGE);
	if (!given.help)
		return command->run(&given);
	options_print_help(options, command->name);
	return STATUS_DONE;
}

enum status complain(const struct problem *problem, enum status status)
{
	print_to(stderr, "forkcost: %s\n", problem->text);
	return status;
}
