/* How null is shown: the first line of the checks. */
#include "harness/driver/show/show.h"

#include <math.h>

static void put_check(const struct summary *summary, char line[SHOW_CHECK_MAX])
{
	char text[BLOCK_TEXT_MAX], where[BLOCK_WHERE_MAX];
	struct filter filter = {.experiment = "null"};
	block_where(summary, &filter, where);
	snprintf(line, SHOW_CHECK_MAX, "null: an empty window takes %s%s",
		 block_time(filter_row(summary, &filter), text), where);
}

/* What all times of the run were taken to. A run without null has it as well: it lies beside all samples. */
static size_t derive(const struct summary *summary, struct derived rows[DERIVED_MAX])
{
	rows[0] = (struct derived){
		.name = "usual_step", .unit = "ns", .value.center = summary->usual_step_ns};
	if (isnan(summary->usual_step_ns))
		snprintf(rows[0].note, sizeof rows[0].note,
			 "unavailable: the run did not record the core's clock");
	return 1;
}

SHOW(null, .place = 1, .check = put_check, .derive = derive);
