#include "harness/driver/show/blocks.h"

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

const char *block_heap(const char *before, const struct filter *filter, char text[BLOCK_TEXT_MAX])
{
	char heap[UNITS_TEXT_MAX];
	*text = '\0';
	if (filter->with_heap)
		snprintf(text, BLOCK_TEXT_MAX, "%sheap %s", before,
			 units_format_bytes(filter->heap_bytes, heap));
	return text;
}

const char *block_where(const struct summary *summary, struct filter *filter,
			char text[BLOCK_WHERE_MAX])
{
	char heap[BLOCK_TEXT_MAX], levels[LEVEL_WORDS_MAX];
	const struct row *row = filter_settled_row(summary, filter);
	filter->with_heap = row != NULL;
	filter->heap_bytes = row ? row->series->heap_bytes : 0;
	snprintf(text, BLOCK_WHERE_MAX, "%s%s", block_heap(", ", filter, heap),
		 row ? level_words(filter, 0, levels) : "");
	return text;
}
