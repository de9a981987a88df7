/* How null is shown: the first line of the checks. */
#include "harness/driver/show/show.h"

static void put_check(const struct summary *summary, char line[SHOW_CHECK_MAX])
{
	char text[BLOCK_TEXT_MAX], where[BLOCK_WHERE_MAX];
	struct filter filter = {.experiment = "null"};
	block_where(summary, &filter, where);
	snprintf(line, SHOW_CHECK_MAX, "null: an empty window takes %s%s",
		 block_time(filter_row(summary, &filter), text), where);
}

SHOW(null, .place = 1, .check = put_check);
