#include "harness/driver/show/export.h"

#include "harness/driver/show/by_axis.h"
#include "harness/driver/show/counters.h"

static enum outcome write_face(const struct figures *figures, const struct show *show)
{
	if (looks_write(figures, show->experiment, show->looks))
		return OUTCOME_FAILED;
	for (const struct face_figure *figure = show->figures; figure && figure->name; figure++)
		if (figures_write(figures, show->experiment, figure))
			return OUTCOME_FAILED;
	return OUTCOME_OK;
}

enum outcome export_write(const struct summary *summary, const char *folder,
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
