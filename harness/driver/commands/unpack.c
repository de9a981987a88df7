/* forkcost unpack: takes the run of a machine that booted `forkcost initramfs` out of its console's log. */
#include "harness/driver/kernels/console.h"
#include "harness/driver/kernels/sent.h"

#include "harness/driver/base/forms/terminal.h"
#include "harness/driver/base/outfile.h"
#include "harness/driver/commands/present.h"
#include "harness/driver/run/record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { OPTION_OUTPUT };

static const struct option_row rows[] = {
	[OPTION_OUTPUT] = {"output", "FOLDER",
			   "the run's folder, which is made; it must not be there", VALUES_FOLDER,
			   NULL},
	{0},
};

static enum outcome write_files(const struct sent *sent, const char *folder,
				struct problem *problem)
{
	if (record_new_folder(folder, problem))
		return OUTCOME_FAILED;
	for (size_t i = 0; i < SENT_FILES; i++)
		if (outfile_whole(folder, sent->files[i].name, sent->files[i].bytes,
				  sent->files[i].count, problem))
			return OUTCOME_FAILED;
	return OUTCOME_OK;
}

/* A run of which some cells failed is worth having. */
static enum status unpack(FILE *log, const char *folder)
{
	struct problem problem;
	struct sent sent;
	char *bytes;
	size_t count;
	if (console_read(log, &bytes, &count, &problem))
		return complain(&problem, STATUS_FAILED);
	enum outcome outcome = sent_read(&sent, bytes, count, &problem);
	outcome = outcome ? outcome : write_files(&sent, folder, &problem);
	outcome = outcome ? outcome : present(folder, WANT_FILES, NULL, &problem);
	if (!outcome) {
		print("results: %s\n", folder);
		outcome = sent_check(&sent, &problem);
	}
	free(bytes);
	return outcome ? complain(&problem, STATUS_FAILED) : STATUS_DONE;
}

static enum status run(const struct given *given)
{
	const char *folder = given->values[OPTION_OUTPUT];
	struct problem problem;
	if (!folder) {
		fail(&problem, "cannot unpack without a folder: give a new one with --output");
		return complain(&problem, STATUS_USAGE);
	}
	FILE *log = fopen(given->operand, "re");
	if (!log) {
		fail(&problem, "cannot read the log %s: %s; give the file that the console went to",
		     given->operand, strerror(errno));
		return complain(&problem, STATUS_USAGE);
	}
	enum status status = unpack(log, folder);
	fclose(log);
	return status;
}

COMMAND(unpack, .summary = "take a run out of the log of a machine's console",
	.options = {.text = "Takes the run of a machine that booted what forkcost initramfs packed "
			    "out of the log of its console, and summarizes it. Of several boots "
			    "in the log it takes the last.",
		    .operand = {.argument = "LOG"},
		    .example = "console.log",
		    .rows = rows},
	.run = run);
