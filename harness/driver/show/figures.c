#include "harness/driver/show/figures.h"

#include "harness/driver/show/by_axis.h"
#include "harness/driver/show/counters.h"

enum { HEAPS_MAX = 64 };

FILE *figures_open(const struct figures *figures, const char *name)
{
	char path[OUTFILE_NAME_MAX + 16];
	snprintf(path, sizeof path, "plots/data/%s", name);
	return outfile_open(figures->outfile, figures->folder, path, figures->problem);
}

enum outcome figures_close(const struct figures *figures, FILE *file)
{
	return outfile_close(figures->outfile, file, figures->problem);
}

void figures_put_interval(FILE *file, const struct stats_interval *interval, double divisor)
{
	gnuplot_put(file, "\t%.6g", interval->center / divisor);
	if (interval->has_interval)
		gnuplot_put(file, "\t%.6g\t%.6g", interval->low / divisor,
			    interval->high / divisor);
	else
		gnuplot_put(file, "\tNaN\tNaN");
}

/* ---- looks ---- */

/* For names without a look of their own, by place. Those whose curves overlap differ in width, dash and marker. */
static const struct look palette[] = {
	{"*", 0x000000, 3.0, {0}, 7, 0.65, NULL},
	{"*", 0xE69F00, 1.4, {12, 6}, 4, 1.15, NULL},
	{"*", 0x56B4E9, 1.4, {3, 4}, 8, 1.3, NULL},
	{"*", 0xD55E00, 1.4, {12, 4, 3, 4}, 12, 1.6, NULL},
	{"*", 0x0072B2, 3.0, {0}, 5, 0.65, NULL},
	{"*", 0xCC79A7, 1.4, {12, 6}, 6, 1.25, NULL},
	{"*", 0x009E73, 1.4, {3, 4}, 2, 1.0, NULL},
	{"*", 0xE69F00, 1.6, {18, 5}, 9, 1.0, NULL},
	{"*", 0x777777, 1.6, {6, 4}, 11, 1.0, NULL},
	{"*", 0x009E73, 2.0, {0}, 13, 1.1, NULL},
	{"*", 0x000000, 1.6, {3, 3, 3, 9}, 1, 1.0, NULL},
	{"*", 0x0072B2, 1.6, {18, 4, 3, 4}, 3, 1.0, NULL},
	{"*", 0xD55E00, 1.6, {6, 4}, 14, 1.1, NULL},
	{"*", 0x56B4E9, 1.6, {12, 6}, 15, 1.0, NULL},
	{"*", 0xCC79A7, 1.6, {3, 4}, 10, 1.1, NULL},
	{"*", 0x777777, 1.6, {12, 4, 3, 4}, 1, 1.0, NULL},
};

enum { PALETTE = sizeof palette / sizeof *palette };

/* A line: name, colour, width, four of the dash, marker, size, heading; "*" and "-": none. */
static void put_look(FILE *file, const struct look *look, const char *name)
{
	gnuplot_text(file, name);
	gnuplot_put(file, "\t%u\t%g\t%u\t%u\t%u\t%u\t%u\t%g\t", look->colour, look->width,
		    look->dash[0], look->dash[1], look->dash[2], look->dash[3], look->marker,
		    look->size);
	gnuplot_text(file, look->heading ? look->heading : "-");
	gnuplot_put(file, "\n");
}

enum outcome looks_write(const struct figures *figures, const char *name, const struct look *looks)
{
	char file_name[OUTFILE_NAME_MAX];
	size_t count = 0;
	snprintf(file_name, sizeof file_name, "look-%.64s.dat", name);
	FILE *file = figures_open(figures, file_name);
	if (!file)
		return OUTCOME_FAILED;
	for (; looks && looks[count].name; count++)
		put_look(file, looks[count].width > 0 ? &looks[count] : &palette[count % PALETTE],
			 looks[count].name);
	for (; count < PALETTE; count++)
		put_look(file, &palette[count], palette[count].name);
	return figures_close(figures, file);
}

/* ---- figures of a face ---- */

/* What is set in `own` stands in the place of what `filter` has. */
static struct filter narrowed(struct filter filter, const struct filter *own)
{
	filter.metric = own->metric ? own->metric : filter.metric;
	filter.or_metric = own->or_metric;
	filter.case_name = own->case_name ? own->case_name : filter.case_name;
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++)
		if (own->level[axis])
			filter.level[axis] = own->level[axis];
	return filter;
}

/* Sets the filter's heap to that of a panel. False if there are not so many. */
static bool choose_panel(const struct summary *summary, unsigned panel, struct filter *filter)
{
	uint64_t heaps[HEAPS_MAX];
	size_t count = filter_heaps(summary, filter, heaps, HEAPS_MAX);
	const size_t places[] = {0, count / 2, count - 1};
	if (panel > count)
		return false;
	filter->with_heap = true;
	filter->heap_bytes = heaps[places[panel - 1]];
	return true;
}

static enum outcome write_file(const struct figures *figures, const struct face_figure *figure,
			       const struct data_file *row, const struct filter *filter, bool any)
{
	struct data_file own = *row;
	own.filter = narrowed(*filter, &row->filter);
	own.over = figure->over;
	own.axis = figure->axis;
	own.takes = own.takes ? own.takes : figure->takes;
	if (!own.put)
		return curves_write(figures, &own);
	FILE *file = figures_open(figures, own.name);
	if (!file)
		return OUTCOME_FAILED;
	if (any && (!own.panel || choose_panel(figures->summary, own.panel, &own.filter)))
		own.put(file, figures->summary, &own.filter);
	return figures_close(figures, file);
}

/* Writes the data files and the caption. Files that `put` writes are empty where there is no heap to show. */
static enum outcome write_figure(const struct figures *figures, const char *experiment,
				 const struct face_figure *figure)
{
	char remark[FIGURE_REMARK_MAX] = "";
	struct filter filter = figure->filter;
	filter.experiment = experiment;
	filter.metric = NULL; /* levels are those of the whole experiment */
	filter_settle_levels(figures->summary, &filter);
	bool any = !figure->choose_heap || figure->choose_heap(figures->summary, &filter);
	filter.metric = figure->filter.metric;
	for (const struct data_file *file = figure->files; file->name; file++)
		if (write_file(figures, figure, file, &filter, any))
			return OUTCOME_FAILED;
	if (any && figure->remark)
		figure->remark(figures->summary, &filter, remark);
	const struct caption caption = {
		.figure = figure->name, .what = figure->what, .filter = filter, .remark = remark};
	return caption_write(figures, &caption);
}

static enum outcome write_face(const struct figures *figures, const struct show *show)
{
	if (looks_write(figures, show->experiment, show->looks))
		return OUTCOME_FAILED;
	for (const struct face_figure *figure = show->figures; figure && figure->name; figure++)
		if (write_figure(figures, show->experiment, figure))
			return OUTCOME_FAILED;
	return OUTCOME_OK;
}

/* ---- all of them ---- */

enum outcome figures_write(const struct summary *summary, const char *folder,
			   struct problem *problem)
{
	struct outfile outfile;
	const struct figures figures = {
		.summary = summary, .folder = folder, .outfile = &outfile, .problem = problem};
	const struct show *show;
	struct by_axis views[BY_AXIS_VIEWS_MAX];
	for (size_t i = 0; (show = show_at(i)); i++)
		if (!show->check && write_face(&figures, show))
			return OUTCOME_FAILED;
	size_t view_count = by_axis_find(summary, BY_AXIS_FIGURES, views);
	for (size_t i = 0; i < view_count; i++)
		if (by_axis_figure(&figures, &views[i]))
			return OUTCOME_FAILED;
	return counters_figure(&figures);
}
