#include "harness/driver/show/blocks.h"

#include "harness/common/units.h"
#include "harness/driver/base/notes.h"

#include <math.h>
#include <string.h>

/* "±13%", "±1.4%". A difference around 0 is no number of per cents wide. */
static const char *margin(const struct stats_interval *interval, char text[UNITS_TEXT_MAX])
{
	const double percent = stats_relative_half_width(interval) * 100;
	if (!isfinite(percent))
		return "±?";
	if (percent >= 1000)
		return "±>999%";
	return notes_fill(text, UNITS_TEXT_MAX, "±%.*f%%", percent > 0 && percent < 9.95, percent);
}

/* What is larger would not fit as a whole, and a truncated number is another number. */
#define WHOLE_MAX 1e9

/* "22.15(31)" of 22.15 and 0.31: two digits of the margin, the value to the same place; behind a sign. */
static const char *in_parentheses(const char *sign, const struct stats_interval *interval,
				  double scale, const char *unit, char text[BLOCK_TEXT_MAX])
{
	const double value = interval->center / scale;
	const double half = (interval->high - interval->low) / 2 / scale;
	const double least = half > 0 ? half : fabs(value) / 10; /* no width: three digits */
	const double places = 1 - floor(log10(least));
	const int decimals = !(places > 0) ? 0 : places > 9 ? 9 : (int)places;
	return notes_fill(text, BLOCK_TEXT_MAX, "%s%.*f(%.0f)%s%s", sign, decimals, value,
			  half * pow(10, decimals), *unit ? " " : "", unit);
}

const char *block_parentheses(const struct stats_interval *interval, double scale,
			      char text[BLOCK_TEXT_MAX])
{
	return in_parentheses("", interval, scale, "", text);
}

/* A time in a sentence, behind its sign. */
static const char *in_words(const char *sign, const struct stats_interval *interval,
			    char text[BLOCK_TEXT_MAX])
{
	char value[UNITS_TEXT_MAX], half[UNITS_TEXT_MAX];
	return notes_fill(text, BLOCK_TEXT_MAX, "%s%s%s %s",
			  stats_width_mark(stats_width(interval)), sign,
			  units_format_ns(interval->center, value), margin(interval, half));
}

const char *block_interval(const struct stats_interval *interval, char text[BLOCK_TEXT_MAX])
{
	return in_words("", interval, text);
}

const char *block_time(const struct row *row, char text[BLOCK_TEXT_MAX])
{
	return row && row->count ? block_interval(&row->interval, text) : "n/a";
}

/* `shown`: the centre behind its sign, in units of `scale`. */
static void put_value(struct grid *grid, const struct stats_interval *interval, const char *sign,
		      const char *shown, double scale, const char *unit)
{
	char text[BLOCK_TEXT_MAX], latex[BLOCK_TEXT_MAX] = "", half[UNITS_TEXT_MAX];
	const enum stats_width width = stats_width(interval);
	const bool exact = width != STATS_NO_WIDTH && interval->high / scale < WHOLE_MAX;
	notes_fill(text, sizeof text, "%s%s %s", sign, shown, margin(interval, half));
	grid_value(grid, width, text,
		   exact ? in_parentheses(sign, interval, scale, unit, latex) : text);
}

void block_interval_cell(struct grid *grid, const struct stats_interval *interval)
{
	char shown[UNITS_TEXT_MAX];
	const char *unit;
	const double scale = units_scale_ns(interval->center, &unit);
	put_value(grid, interval, "", units_format_ns(interval->center, shown), scale, unit);
}

void block_time_cell(struct grid *grid, const struct row *row)
{
	if (!row || row->count == 0)
		grid_cell(grid, "n/a");
	else
		block_interval_cell(grid, &row->interval);
}

/* A difference without its sign, which is returned. */
static const char *without_sign(const struct stats_interval *difference,
				struct stats_interval *absolute)
{
	*absolute = *difference;
	if (!(difference->center < 0))
		return "+";
	absolute->center = -difference->center;
	absolute->low = -difference->high;
	absolute->high = -difference->low;
	return "-";
}

const char *block_difference(const struct stats_interval *difference, char text[BLOCK_TEXT_MAX])
{
	struct stats_interval absolute;
	const char *sign = without_sign(difference, &absolute);
	return in_words(sign, &absolute, text);
}

void block_difference_cell(struct grid *grid, const struct stats_interval *difference)
{
	char shown[UNITS_TEXT_MAX];
	struct stats_interval absolute;
	const char *unit, *sign = without_sign(difference, &absolute);
	const double scale = units_scale_ns(absolute.center, &unit);
	put_value(grid, &absolute, sign, units_format_ns(absolute.center, shown), scale, unit);
}

/* Three digits, or all of a larger whole number. */
static const char *in_digits(double number, char text[UNITS_TEXT_MAX])
{
	const double places = 2 - floor(log10(fabs(number)));
	const int decimals = !(places > 0) ? 0 : places > 9 ? 9 : (int)places;
	if (fabs(number) < WHOLE_MAX)
		return notes_fill(text, UNITS_TEXT_MAX, "%.*f", decimals, number);
	return notes_fill(text, UNITS_TEXT_MAX, "%.3g", number);
}

void block_number_cell(struct grid *grid, const struct stats_interval *interval)
{
	char shown[UNITS_TEXT_MAX];
	put_value(grid, interval, "", in_digits(interval->center, shown), 1, "");
}

const char *block_number(const struct stats_interval *interval, char text[BLOCK_TEXT_MAX])
{
	char shown[UNITS_TEXT_MAX], half[UNITS_TEXT_MAX];
	return notes_fill(text, BLOCK_TEXT_MAX, "%s%s %s", stats_width_mark(stats_width(interval)),
			  in_digits(interval->center, shown), margin(interval, half));
}

void block_bytes_cell(struct grid *grid, uint64_t bytes)
{
	char text[UNITS_TEXT_MAX];
	grid_cell(grid, "%s", units_format_bytes(bytes, text));
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

/* The axes that a text names in braces, as a mask. */
static unsigned named_axes(const char *text)
{
	unsigned named = 0;
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++) {
		char end[WIRE_NAME_MAX + 2];
		snprintf(end, sizeof end, "%s}", axes[axis].name);
		named |= strstr(text, end) ? 1U << axis : 0;
	}
	return named;
}

/* The words of a name in braces; empty if there are none. */
static const char *words_for(const struct filter *filter, const char *name, unsigned named,
			     char words[LEVEL_WORDS_MAX])
{
	*words = '\0';
	if (strncmp(name, "levels}", strlen("levels}")) == 0)
		return level_words(filter, named, words);
	if (strncmp(name, "heap}", strlen("heap}")) == 0)
		return block_heap("", filter, words);
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++) {
		size_t length = strlen(axes[axis].name);
		if (strncmp(name, axes[axis].name, length) == 0 && name[length] == '}')
			return level_words_one(filter, axis, words);
	}
	return words;
}

const char *block_words(const struct filter *filter, const char *text, char *words, size_t bytes)
{
	const unsigned named = named_axes(text);
	const bool at_end = !strstr(text, "levels}");
	char some[LEVEL_WORDS_MAX];
	*words = '\0';
	while (*text) {
		size_t length = strcspn(text, "{");
		notes_append(words, bytes, "%.*s", (int)length, text);
		text += length;
		if (!*text)
			break;
		const char *lead = text + 1, *name = lead + strspn(lead, " ,;");
		if (*words_for(filter, name, named, some))
			notes_append(words, bytes, "%.*s%s", (int)(name - lead), lead, some);
		text = name + strcspn(name, "}");
		text += *text == '}';
	}
	notes_append(words, bytes, "%s", at_end ? level_words(filter, named, some) : "");
	return words;
}

void block_begin(struct grid *grid, size_t left, const struct filter *filter, const char *title)
{
	char words[sizeof grid->title];
	grid_begin(grid, left, "%s", block_words(filter, title, words, sizeof words));
}

const char *block_where(const struct summary *summary, struct filter *filter,
			char text[BLOCK_WHERE_MAX])
{
	const struct row *row = filter_settled_row(summary, filter);
	filter->with_heap = row != NULL;
	filter->heap_bytes = row ? row->series->heap_bytes : 0;
	*text = '\0';
	return row ? block_words(filter, "{, heap}", text, BLOCK_WHERE_MAX) : text;
}
