/* Experiment teardown: teardown. */
#include "harness/driver/show/figures/figures.h"

enum outcome figures_teardown(const struct figures *figures)
{
	struct pick pick = {.experiment = "teardown"};
	pick_settle(figures->summary, &pick);
	struct curves curves[] = {
		{.file = "teardown-end.dat", .pick = pick, .split = CURVE_BY_CASE},
		{.file = "teardown-read.dat", .pick = pick, .split = CURVE_BY_CASE},
	};
	curves[0].pick.metric = "end_ns";
	curves[1].pick.metric = "page_read_ns";
	const struct caption caption = {
		.figure = "teardown",
		.what = "end: exit to reaped, or exec to the new program; medians, bands: 95 % t "
			"interval on logs of replicate medians",
		.pick = pick,
	};
	if (curves_write(figures, curves, sizeof curves / sizeof *curves))
		return OUTCOME_FAILED;
	return caption_write(figures, &caption);
}
