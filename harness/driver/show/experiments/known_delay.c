/* How known_delay is shown: a line of the checks. */
#include "harness/driver/show/show.h"

static void put_check(const struct summary *summary, char line[SHOW_CHECK_MAX])
{
	static const char *const cases[] = {"1us", "10us", "100us"};
	char texts[3][BLOCK_TEXT_MAX], where[BLOCK_WHERE_MAX];
	const char *readings[3];
	struct filter filter = {.experiment = "known_delay"};
	block_where(summary, &filter, where);
	for (size_t i = 0; i < 3; i++) {
		filter.case_name = cases[i];
		readings[i] = block_time(filter_row(summary, &filter), texts[i]);
	}
	snprintf(line, SHOW_CHECK_MAX, "known_delay: 1 us, 10 us, 100 us read as %s, %s, %s%s",
		 readings[0], readings[1], readings[2], where);
}

SHOW(known_delay, .place = 2, .check = put_check);
