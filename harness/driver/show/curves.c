#include "harness/driver/show/curves.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct point {
	double x;
	const struct series *series;
	char name[CURVES_NAME_MAX]; /* of its curve */
	const struct series *first; /* of its curve */
};

const char *curves_arm_name(const struct series *arm, bool with_metric, char text[CURVES_NAME_MAX])
{
	const char *between = *arm->primitive && *arm->case_name ? ", " : "";
	bool unnamed = !*arm->primitive && !*arm->case_name;
	snprintf(text, CURVES_NAME_MAX, "%s%s%s%s%s", arm->primitive, between, arm->case_name,
		 with_metric && !unnamed ? ", " : "", with_metric || unnamed ? arm->metric : "");
	return text;
}

bool curves_is_shown_action(const struct summary *summary, const struct series *series)
{
	if (strcmp(series->action, "exec") == 0)
		return true;
	const struct row *exec = summary_find(summary, series, NULL, "exec", NULL);
	return !*series->action || !exec || exec->count == 0;
}

static void put_name(const struct data_file *curves, const struct series *series,
		     char name[CURVES_NAME_MAX])
{
	if (curves->split == CURVE_BY_METRIC)
		wire_copy(name, CURVES_NAME_MAX, series->metric);
	else
		curves_arm_name(series, curves->split == CURVE_BY_ARM_AND_METRIC, name);
}

/* Not finite: the level is no number, or none of the names. */
static double x_of(const struct summary *summary, const struct data_file *curves,
		   const struct series *series)
{
	unsigned level;
	switch (curves->over) {
	case CURVE_OVER_HEAP:
		return (double)series->heap_bytes;
	case CURVE_OVER_PAGES:
		return filter_pages(summary, series);
	case CURVE_OVER_NUMBER:
		return strtod(series->level[curves->axis], NULL);
	default:
		if (!curves->names)
			return axis_find(&axes[curves->axis], series->level[curves->axis], &level)
				       ? (double)level
				       : (double)NAN;
		for (size_t i = 0; i < curves->name_count; i++)
			if (strcmp(curves->names[i], series->level[curves->axis]) == 0)
				return (double)i;
		return NAN;
	}
}

static bool takes(const struct summary *summary, const struct data_file *curves,
		  const struct series *series)
{
	const struct row *row = &summary->rows[series - summary->dataset->series];
	return row->count && filter_matches(&curves->filter, series) &&
	       (!curves->takes || curves->takes(summary, series)) &&
	       (!curves->of_crowded || row->undisturbed.crowded_ratio.has_interval) &&
	       (!curves->to_fork || summary_ratio(summary, series));
}

/* By name, then as the run has them. */
static int by_name(const void *a, const void *b)
{
	const struct point *left = a, *right = b;
	int names = strcmp(left->name, right->name);
	return names ? names : (left->series > right->series) - (left->series < right->series);
}

/* By curve, as the run has their first points; then by x. */
static int by_curve(const void *a, const void *b)
{
	const struct point *left = a, *right = b;
	if (left->first != right->first)
		return left->first > right->first ? 1 : -1;
	if (left->x < right->x || left->x > right->x)
		return left->x > right->x ? 1 : -1;
	return (left->series > right->series) - (left->series < right->series);
}

static void put_curve(FILE *file, const struct summary *summary, const struct data_file *curves,
		      const struct point *points, size_t count)
{
	gnuplot_text(file, points[0].name);
	gnuplot_put(file, "\n");
	for (size_t i = 0; i < count; i++) {
		const struct series *series = points[i].series;
		const struct row *row = &summary->rows[series - summary->dataset->series];
		const struct stats_interval *interval = curves->to_fork ? &row->ratio->interval
							: curves->of_crowded
								? &row->undisturbed.crowded_ratio
								: &row->interval;
		gnuplot_put(file, "%.10g", points[i].x);
		figures_put_interval(file, interval,
				     curves->a_page ? filter_pages(summary, series) : 1);
		gnuplot_put(file, "\n");
	}
	gnuplot_put(file, "\n\n");
}

/* The curves come in the order in which the run has their first points. `points`: room for as many as there
 * are series. */
static void put_curves(FILE *file, const struct summary *summary, const struct data_file *curves,
		       struct point *points)
{
	const struct dataset *dataset = summary->dataset;
	size_t count = 0;
	for (size_t i = 0; i < dataset->series_count; i++) {
		const struct series *series = &dataset->series[i];
		double x = x_of(summary, curves, series);
		if (!isfinite(x) || !takes(summary, curves, series))
			continue;
		points[count] = (struct point){.x = x, .series = series};
		put_name(curves, series, points[count++].name);
	}
	qsort(points, count, sizeof *points, by_name);
	for (size_t i = 0; i < count; i++)
		points[i].first = i && strcmp(points[i].name, points[i - 1].name) == 0
					  ? points[i - 1].first
					  : points[i].series;
	qsort(points, count, sizeof *points, by_curve);
	size_t least = 1;
	for (size_t i = 1; curves->skips_single && i < count; i++)
		least = points[i].first == points[i - 1].first ? 2 : least;
	for (size_t from = 0, to; from < count; from = to) {
		for (to = from + 1; to < count && points[to].first == points[from].first;)
			to++;
		if (to - from >= least)
			put_curve(file, summary, curves, points + from, to - from);
	}
}

enum outcome curves_write(const struct figures *figures, const struct data_file *curves)
{
	struct point *points = calloc(figures->summary->dataset->series_count + 1, sizeof *points);
	if (!points)
		return fail(figures->problem, "cannot write %s: out of memory; end other programs",
			    curves->name);
	FILE *file = figures_open(figures, curves->name);
	if (file)
		put_curves(file, figures->summary, curves, points);
	free(points);
	return file ? figures_close(figures, file) : OUTCOME_FAILED;
}
