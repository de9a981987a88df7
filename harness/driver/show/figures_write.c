#include "harness/driver/show/figures_write.h"

#include "harness/driver/show/by_axis.h"
#include "harness/driver/show/caption.h"
#include "harness/driver/show/counters.h"
#include "harness/driver/show/show.h"

enum { HEAPS_MAX = 64 };

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
	if (!own.put) {
		if (own.panel && !choose_panel(figures->summary, own.panel, &own.filter))
			own.filter.experiment = ""; /* nothing is of it: the file is empty */
		return curves_write(figures, &own);
	}
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
