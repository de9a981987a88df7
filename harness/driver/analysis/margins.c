#include "harness/driver/analysis/margins.h"

#include "harness/common/units.h"
#include "harness/driver/base/fields.h"
#include "harness/driver/base/notes.h"

#include <math.h>
#include <string.h>

static bool is_main_time(const struct row *row)
{
	return row->count && row->series->is_main && strcmp(row->series->unit, "ns") == 0;
}

/* By how much a row that is too wide lacks replicates; 0 of every other. One around 0 is never narrow. */
static double lack_of(const struct row *row)
{
	const double half = stats_relative_half_width(&row->interval);
	if (!is_main_time(row) || stats_width(&row->interval) != STATS_TOO_WIDE || !isfinite(half))
		return 0;
	return pow(half / STATS_CITABLE_HALF_WIDTH, 2);
}

/* How many rows too wide lack no more than that, and, if asked for, the most replicates that they have then. */
static size_t fixed_by(const struct summary *summary, double factor, double *replicates)
{
	size_t count = 0;
	for (size_t i = 0; i < summary->row_count; i++) {
		const double lack = lack_of(&summary->rows[i]);
		if (!(lack > 0) || lack > factor)
			continue;
		count++;
		if (replicates)
			*replicates =
				fmax(*replicates,
				     ceil(lack * (double)summary->rows[i].series->block_count));
	}
	return count;
}

struct margins margins_find(const struct summary *summary)
{
	struct margins margins = {0};
	double replicates = 0;
	for (size_t i = 0; i < summary->row_count; i++) {
		const double lack = lack_of(&summary->rows[i]);
		margins.rows += is_main_time(&summary->rows[i]);
		margins.too_wide += lack > 0;
		margins.all = fmax(margins.all, lack);
	}
	/* Found by halving, for there may be more rows than there is room to sort. */
	double low = 1, high = margins.all;
	for (unsigned step = 0; step < 64; step++) {
		const double middle = (low + high) / 2;
		if (10 * fixed_by(summary, middle, NULL) >= 9 * margins.too_wide)
			high = middle;
		else
			low = middle;
	}
	margins.nine_in_ten = high;
	fixed_by(summary, high, &replicates);
	margins.replicates = (size_t)fmin(replicates, DATASET_REPLICATES_MAX);
	return margins;
}

/* As one would type it: "90s", "25m"; rounded up. */
static const char *budget_words(double seconds, char text[UNITS_TEXT_MAX])
{
	return seconds < 600 ? notes_fill(text, UNITS_TEXT_MAX, "%.0fs", ceil(seconds / 10) * 10)
			     : notes_fill(text, UNITS_TEXT_MAX, "%.0fm", ceil(seconds / 60));
}

const char *margins_words(const struct summary *summary, char text[MARGINS_TEXT_MAX])
{
	const struct margins margins = margins_find(summary);
	const json_t *settings = json_object_get(summary->dataset->run, "settings");
	char most[UNITS_TEXT_MAX], all[UNITS_TEXT_MAX];
	double duration_s, limit;
	*text = '\0';
	if (!margins.too_wide)
		return text;
	notes_append(text, MARGINS_TEXT_MAX,
		     "%zu of %zu main rows are wider than \u00b1%.0f %%, too wide to cite",
		     margins.too_wide, margins.rows, 100 * STATS_CITABLE_HALF_WIDTH);
	/* Of a run that was cut off, or of one made up, there is no telling. */
	if (!fields_number(json_object_get(summary->dataset->end, "duration_s"), &duration_s) ||
	    !(duration_s > 0 && duration_s * margins.all < 1e9))
		return text;
	notes_append(
		text, MARGINS_TEXT_MAX,
		": by their variance a budget of about %s would fix nine in ten of them, %s all",
		budget_words(duration_s * margins.nine_in_ten, most),
		budget_words(duration_s * margins.all, all));
	if (fields_number(json_object_get(settings, "replicates_max"), &limit) &&
	    limit < (double)margins.replicates)
		notes_append(text, MARGINS_TEXT_MAX,
			     "; with --replicates %zu, for the run's own limit was %.0f",
			     margins.replicates, limit);
	return text;
}
