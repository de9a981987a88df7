/* forkcost plot: the figures of a run. */
#include "harness/driver/show/plot.h"
#include "harness/driver/base/forms/terminal.h"
#include "harness/driver/base/infile.h"
#include "harness/driver/commands/present.h"
#include "harness/driver/show/breakdown.h"

static const struct option_row rows[] = {
	{"published", "FILE", "draw published points over spawn-by-heap, of this file or our own",
	 VALUES_OPTIONAL, NULL},
	{0},
};

/* A folder that forkcost profile made. */
static enum status draw_profile(const char *folder, bool has_points)
{
	struct problem problem;
	size_t figures;
	if (has_points) {
		fail(&problem,
		     "cannot draw published points over a profile; leave out --published");
		return complain(&problem, STATUS_USAGE);
	}
	if (plot_draw(NULL, NULL, folder, &figures, &problem))
		return complain(&problem, present_failed());
	print("plots:   %s/plots (%zu figure as SVG, PDF and PNG)\n", folder, figures);
	return STATUS_DONE;
}

static enum status run(const struct given *given)
{
	if (breakdown_is_there(given->operand) &&
	    !infile_is_there(given->operand, "environment.json"))
		return draw_profile(given->operand, given->values[0]);
	return present_given(given, WANT_FILES | WANT_PLOTS, given->values[0]);
}

COMMAND(plot, .summary = "draw a run's figures",
	.options = {.text = "Does what forkcost summarize does, and draws a run's figures with "
			    "gnuplot, as SVG, PDF and PNG.",
		    .rows = rows,
		    OPERAND_RUN},
	.run = run);
