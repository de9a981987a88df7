/* Experiment tlb_refill: tlb-refill. */
#include "harness/driver/show/figures/figures.h"

#include "harness/common/units.h"

#include <string.h>

enum { TEXT_MAX = 300 };

/* Page walks that the load TLB started, a page; where the kernel's cannot be counted, the user's. */
static enum outcome put_walks(const struct figures *figures, const struct curves *times,
			      const char **counted)
{
	static const char *const names[] = {"dtlb_load_walks_both", "dtlb_load_walks_user"};
	struct curves walks = *times;
	walks.file = "tlb-refill-walks.dat";
	walks.a_page = true;
	*counted = NULL;
	for (size_t i = 0; i < sizeof names / sizeof *names && !*counted; i++) {
		walks.pick.metric = names[i];
		if (pick_row(figures->summary, &walks.pick))
			*counted = names[i];
	}
	return curves_write(figures, &walks, 1);
}

/* A line: pages up to which the TLBs reach, and a label; empty if it was not found. */
static enum outcome put_reach(const struct figures *figures)
{
	const struct reach *reach = &figures->summary->derived.reach;
	char bytes[UNITS_TEXT_MAX];
	FILE *file = figures_open(figures, "tlb-reach.dat");
	if (!file)
		return OUTCOME_FAILED;
	if (reach->found)
		gnuplot_put(file, "%.6g\tTLB reach %.0f pages, %s\n", reach->pages, reach->pages,
			    units_format_bytes((uint64_t)reach->pages * 4096, bytes));
	return figures_close(figures, file);
}

enum outcome figures_tlb_refill(const struct figures *figures)
{
	const struct reach *reach = &figures->summary->derived.reach;
	const char *counted;
	char remark[TEXT_MAX] = "";
	struct curves times = {.file = "tlb-refill.dat",
			       .pick = {.experiment = "tlb_refill", .metric = "page_ns"},
			       .split = CURVE_BY_CASE,
			       .over = CURVE_OVER_PAGES};
	pick_settle(figures->summary, &times.pick);
	if (curves_write(figures, &times, 1) || put_walks(figures, &times, &counted) ||
	    put_reach(figures))
		return OUTCOME_FAILED;
	if (pick_row(figures->summary, &times.pick))
		snprintf(remark, sizeof remark,
			 "TLB reach: where after_flush minus warm falls to half of its "
			 "highest%s%s; %s",
			 reach->found ? "" : ": ", reach->found ? "" : reach->why,
			 counted ? "walks: " : "walks were not counted, see below");
	if (counted)
		strncat(remark, counted, sizeof remark - strlen(remark) - 1);
	const struct caption caption = {
		.figure = "tlb-refill",
		.what = "a dependent read in each page; medians, bands: 95 % t interval on logs of "
			"replicate medians",
		.pick = times.pick,
		.remark = remark,
	};
	return caption_write(figures, &caption);
}
