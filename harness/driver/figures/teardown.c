/* Experiment teardown: teardown. */
#include "harness/driver/figures/figures.h"

static const struct curves curves[] = {
	{.file = "teardown-end.dat",
	 .pick = {.experiment = "teardown", .metric = "end_ns"},
	 .split = CURVE_BY_CASE},
	{.file = "teardown-read.dat",
	 .pick = {.experiment = "teardown", .metric = "page_read_ns"},
	 .split = CURVE_BY_CASE},
};

enum outcome figures_teardown(const struct figures *figures)
{
	static const struct caption caption = {
		.figure = "teardown",
		.what = "medians, bands: 95 % t interval on logs of replicate medians",
		.pick = {.experiment = "teardown"},
	};
	if (curves_write(figures, curves, sizeof curves / sizeof *curves))
		return OUTCOME_FAILED;
	return caption_write(figures, &caption);
}
