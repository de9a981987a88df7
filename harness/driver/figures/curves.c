#include "harness/driver/figures/figures.h"

#include <stdlib.h>
#include <string.h>

struct point {
	double x;
	const struct series *series;
};

static const char *name_of(const struct curves *curves, const struct series *series)
{
	switch (curves->split) {
	case CURVE_BY_PRIMITIVE:
		return series->primitive;
	case CURVE_BY_CASE:
		return series->case_name;
	default:
		return series->metric;
	}
}

static double x_of(const struct summary *summary, const struct curves *curves,
		   const struct series *series)
{
	switch (curves->over) {
	case CURVE_OVER_HEAP:
		return (double)series->heap_bytes;
	case CURVE_OVER_PAGES:
		return pick_pages(summary, series);
	default:
		return strtod(series->threads, NULL);
	}
}

static bool takes(const struct summary *summary, const struct curves *curves,
		  const struct series *series)
{
	return summary->rows[series - summary->dataset->series].count &&
	       pick_takes(&curves->pick, series) &&
	       (!curves->takes || curves->takes(summary, series)) &&
	       (!curves->to_fork || summary_ratio(summary, series));
}

static int by_x(const void *a, const void *b)
{
	double left = ((const struct point *)a)->x, right = ((const struct point *)b)->x;
	return (left > right) - (left < right);
}

static void put_curve(FILE *file, const struct summary *summary, const struct curves *curves,
		      struct point *points, size_t count)
{
	qsort(points, count, sizeof *points, by_x);
	gnuplot_text(file, name_of(curves, points[0].series));
	gnuplot_put(file, "\n");
	for (size_t i = 0; i < count; i++) {
		const struct series *series = points[i].series;
		const struct stats_interval *interval =
			curves->to_fork
				? &summary_ratio(summary, series)->interval
				: &summary->rows[series - summary->dataset->series].interval;
		gnuplot_put(file, "%.10g", points[i].x);
		figures_put_interval(file, interval,
				     curves->a_page ? pick_pages(summary, series) : 1);
		gnuplot_put(file, "\n");
	}
	gnuplot_put(file, "\n\n");
}

/* The curves come in the order in which the run has their first points. */
static void put_curves(FILE *file, const struct summary *summary, const struct curves *curves,
		       bool *done, struct point *points)
{
	const struct dataset *dataset = summary->dataset;
	for (size_t i = 0; i < dataset->series_count; i++) {
		const struct series *first = &dataset->series[i];
		size_t count = 0;
		if (done[i] || !takes(summary, curves, first))
			continue;
		for (size_t j = i; j < dataset->series_count; j++) {
			const struct series *series = &dataset->series[j];
			if (done[j] || !takes(summary, curves, series) ||
			    strcmp(name_of(curves, series), name_of(curves, first)) != 0)
				continue;
			done[j] = true;
			points[count++] = (struct point){x_of(summary, curves, series), series};
		}
		put_curve(file, summary, curves, points, count);
	}
}

static enum outcome write_one(const struct figures *figures, const struct curves *curves)
{
	size_t count = figures->summary->dataset->series_count + 1;
	FILE *file = figures_open(figures, curves->file);
	if (!file)
		return OUTCOME_FAILED;
	bool *done = calloc(count, sizeof *done);
	struct point *points = calloc(count, sizeof *points);
	if (done && points)
		put_curves(file, figures->summary, curves, done, points);
	bool room = done && points;
	free(done);
	free(points);
	if (figures_close(figures, file))
		return OUTCOME_FAILED;
	return room ? OUTCOME_OK
		    : fail(figures->problem, "cannot write %s: out of memory; end other programs",
			   curves->file);
}

enum outcome curves_write(const struct figures *figures, const struct curves *curves, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (write_one(figures, &curves[i]))
			return OUTCOME_FAILED;
	return OUTCOME_OK;
}
