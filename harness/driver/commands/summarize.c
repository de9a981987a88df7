/* forkcost summarize: statistics, tables and plot data of a run, from its samples. */
#include "harness/driver/commands/present.h"

static enum status run(const struct given *given)
{
	return present_given(given, WANT_FILES, NULL);
}

COMMAND(summarize, .summary = "compute a run's statistics, tables and plot data again",
	.options = {.text = "Computes a run's statistics, tables and plot data again, from its "
			    "samples alone.",
		    OPERAND_RUN},
	.run = run);
