#include "harness/driver/show/tables/blocks.h"

#include "harness/common/units.h"

#include <math.h>

const char *block_time(const struct row *row, bool with_interval, char text[BLOCK_TEXT_MAX])
{
	char value[UNITS_TEXT_MAX];
	if (!row || row->count == 0)
		return "n/a";
	units_format_ns(row->interval.center, value);
	if (!with_interval)
		snprintf(text, BLOCK_TEXT_MAX, "%s", value);
	else if (!row->interval.has_interval)
		snprintf(text, BLOCK_TEXT_MAX, "%s +-?", value);
	else
		snprintf(text, BLOCK_TEXT_MAX, "%s +-%.0f%%", value,
			 stats_relative_half_width(&row->interval) * 100);
	return text;
}

const char *block_signed_ns(double ns, char text[BLOCK_TEXT_MAX])
{
	char value[UNITS_TEXT_MAX];
	snprintf(text, BLOCK_TEXT_MAX, "%c%s", ns < 0 ? '-' : '+',
		 units_format_ns(fabs(ns), value));
	return text;
}

const char *block_signed_interval(const struct stats_interval *interval, char text[BLOCK_TEXT_MAX])
{
	char low[BLOCK_TEXT_MAX], high[BLOCK_TEXT_MAX];
	if (!interval->has_interval)
		return STATS_TOO_FEW;
	snprintf(text, BLOCK_TEXT_MAX, "%.24s to %.24s", block_signed_ns(interval->low, low),
		 block_signed_ns(interval->high, high));
	return text;
}
