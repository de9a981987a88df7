/* forkcost show: the table of a run. */
#include "harness/driver/commands/present.h"

static enum status run(const struct given *given)
{
	return present_given(given, WANT_TABLE, NULL);
}

COMMAND(show, .summary = "print a run's table",
	.options = {.text = "Prints a run's tables, and the verdicts on the claims in short.",
		    OPERAND_RUN},
	.run = run);
