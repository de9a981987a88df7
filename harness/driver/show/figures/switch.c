/* Experiment switch: switch. */
#include "harness/driver/show/figures/figures.h"

/* Lines of pages, separate minus shared, low, high. */
static enum outcome put_differences(const struct figures *figures)
{
	const struct derived *derived = &figures->summary->derived;
	FILE *file = figures_open(figures, "switch-difference.dat");
	if (!file)
		return OUTCOME_FAILED;
	for (size_t i = 0; i < derived->switch_count; i++) {
		gnuplot_put(file, "%g", (double)derived->switches[i].heap_bytes / 4096);
		figures_put_interval(file, &derived->switches[i].difference, 1);
		gnuplot_put(file, "\n");
	}
	return figures_close(figures, file);
}

enum outcome figures_switch(const struct figures *figures)
{
	struct pick pick = {.experiment = "switch", .metric = "switch_ns"};
	pick_settle(figures->summary, &pick);
	const struct curves curves = {.file = "switch.dat",
				      .pick = pick,
				      .split = CURVE_BY_CASE,
				      .over = CURVE_OVER_PAGES};
	const struct caption caption = {
		.figure = "switch",
		.what = "parent and child by turns on one CPU, over the same futex; medians, "
			"bands: 95 % "
			"t interval on logs of replicate medians, of the difference on its values",
		.pick = pick,
	};
	if (curves_write(figures, &curves, 1) || put_differences(figures))
		return OUTCOME_FAILED;
	return caption_write(figures, &caption);
}
