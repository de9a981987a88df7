/* forkcost show: the table of a run. */
#include "harness/driver/commands/present.h"

static enum status run(const struct given *given)
{
	return present_given(given, WANT_TABLE);
}

COMMAND(show, .summary = "print a run's table",
	.options = {.text = "Prints a run's table, and in brief what became of the claims.",
		    OPERAND_RUN},
	.run = run);
