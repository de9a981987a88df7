/* forkcost plot: the figures of a run. */
#include "harness/driver/commands/present.h"

static enum status run(const struct given *given)
{
	return present_given(given, WANT_FILES | WANT_PLOTS);
}

COMMAND(plot, .summary = "draw a run's figures",
	.options = {.text = "Does what forkcost summarize does, and draws a run's figures with "
			    "gnuplot, as SVG, PDF and PNG.",
		    OPERAND_RUN},
	.run = run);
