/* forkcost completion: what a shell offers behind forkcost, made from the rows of all commands. */
#include "harness/driver/base/forms/terminal.h"
#include "harness/driver/commands/command.h"
#include "harness/driver/run/session.h"

#include <string.h>

static const char *const begin[] = {
	"# Completion for bash, made by: forkcost completion bash",
	"_forkcost() {",
	"  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} words=",
	"  if [ \"$word\" = '=' ]; then",
	"    word=",
	"  elif [ \"$before\" = '=' ]; then",
	"    before=${COMP_WORDS[COMP_CWORD - 2]}",
	"  fi",
	"  local place=\"${COMP_WORDS[1]} $before\"",
	"  [ \"$COMP_CWORD\" -gt 1 ] || place=' '",
	"  case $place in",
	NULL,
};

/* Behind the last comma another name begins. */
static const char *const end[] = {
	"  esac",
	"  if [ \"$words\" = / ]; then",
	"    compopt -o filenames 2>/dev/null",
	"    mapfile -t COMPREPLY < <(compgen -d -- \"$word\")",
	"  else",
	"    local last=${word##*,} kept",
	"    kept=${word%\"$last\"}",
	"    mapfile -t COMPREPLY < <(compgen -P \"$kept\" -W \"$words\" -- \"$last\")",
	"  fi",
	"}",
	"complete -F _forkcost forkcost",
	NULL,
};

/* Lines of the script that are the same for all commands. */
static void print_lines(const char *const *lines)
{
	for (; *lines; lines++)
		print("%s\n", *lines);
}

static void print_names(void)
{
	const struct command *command;
	for (size_t i = 0; (command = command_at(i)); i++)
		print("%s ", command->name);
}

/* Prints the words that can follow, or "/" for a folder. */
static void print_values(const struct option_row *row, const struct wire_catalog *catalog)
{
	if (row->values == VALUES_WORDS)
		print("%s", row->words);
	if (row->values == VALUES_FOLDER)
		print("/");
	if (row->values == VALUES_COMMANDS)
		print_names();
	for (uint32_t i = 0; i < catalog->primitive_count && row->values == VALUES_PRIMITIVES; i++)
		print("%s ", catalog->primitives[i].name);
	for (uint32_t i = 0; i < catalog->experiment_count && row->values == VALUES_EXPERIMENTS;
	     i++)
		print("%s ", catalog->experiments[i].name);
}

/* A case for each option with a value, one for the names of all options, and what is no option. */
static void print_command(const struct command *command, const struct wire_catalog *catalog)
{
	const struct options *options = command_options(command);
	const struct option_row *row = options->rows;
	for (; row && row->name; row++) {
		if (!row->argument || row->values == VALUES_OPTIONAL)
			continue;
		print("    '%s --%s') words='", command->name, row->name);
		print_values(row, catalog);
		print("' ;;\n");
	}
	print("    '%s '*)\n      words='", command->name);
	print_values(&options->operand, catalog);
	print("'\n      case $word in -*) words='");
	for (row = options->rows; row && row->name; row++)
		print("--%s ", row->name);
	print("--help' ;; esac\n      ;;\n");
}

static enum status run(const struct given *given)
{
	static struct wire_catalog catalog;
	const struct command *command;
	struct problem problem;
	if (strcmp(given->operand, "bash") != 0) {
		fail(&problem, "cannot complete for '%s'; there is: bash", given->operand);
		return complain(&problem, STATUS_USAGE);
	}
	if (catalog_read(&catalog, &problem))
		return complain(&problem, STATUS_FAILED);
	print_lines(begin);
	for (size_t i = 0; (command = command_at(i)); i++)
		print_command(command, &catalog);
	print("    ' ') words='");
	print_names();
	print("' ;;\n");
	print_lines(end);
	return STATUS_DONE;
}

COMMAND(completion, .summary = "print a script that completes these words in a shell",
	.options =
		{.text = "Prints a script that has bash complete commands, options and the values "
			 "that are known by name. To use it: source <(forkcost completion bash). "
			 "It names the experiments and primitives that there are now.",
		 .operand = {.argument = "SHELL", .values = VALUES_WORDS, .words = "bash"},
		 .example = "bash"},
	.run = run);
