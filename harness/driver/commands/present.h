/* What commands do with the folder of a finished run. */
#ifndef FORKCOST_PRESENT_H
#define FORKCOST_PRESENT_H

#include "harness/driver/analysis/summary.h"
#include "harness/driver/commands/command.h"
#include "harness/driver/data/dataset.h"

enum wanted { WANT_FILES = 1, WANT_PLOTS = 2, WANT_TABLE = 4, WANT_SHORTFALL = 8 };

/* The operand of commands that take a run, and an example of one. */
#define OPERAND_RUN \
	.operand = {.argument = "RUN", .values = VALUES_FOLDER}, .example = "results/latest"

/* Reads and summarises a run; on success the caller frees both. A warning goes to standard error. */
enum outcome present_load(const char *folder, struct dataset *dataset, struct summary *summary,
			  struct problem *problem);

/* Fails where there is no such folder: that is a wrong word, not a run that is broken. */
enum outcome present_find(const char *folder, struct problem *problem);

/* Writes, prints and draws what is wanted (bits of enum wanted) of a run. `published`: the file of points to draw over its
 * figures, "" for ours; NULL: none. */
enum outcome present(const char *folder, unsigned wanted, const char *published,
		     struct problem *problem);

/* The same for the run that a command was given, with all complaints. */
enum status present_given(const struct given *given, unsigned wanted, const char *published);

/* The status of a failure: an interrupt is the reason for it, if one came. */
enum status present_failed(void);

#endif
