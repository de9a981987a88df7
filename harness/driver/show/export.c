#include "harness/driver/show/export.h"

#include "harness/driver/show/by_axis.h"
#include "harness/driver/show/counters.h"

enum outcome export_write(const struct summary *summary, const char *folder,
			  struct problem *problem)
{
	struct outfile outfile;
	const struct figures figures = {
		.summary = summary, .folder = folder, .outfile = &outfile, .problem = problem};
	const struct show *show;
	struct by_axis views[BY_AXIS_VIEWS_MAX];
	for (size_t i = 0; (show = show_at(i)); i++)
		if (!show->check && (looks_write(&figures, show->experiment, show->looks) ||
				     (show->figures && show->figures(&figures))))
			return OUTCOME_FAILED;
	size_t view_count = by_axis_find(summary, BY_AXIS_FIGURES, views);
	for (size_t i = 0; i < view_count; i++)
		if (by_axis_figure(&figures, &views[i]))
			return OUTCOME_FAILED;
	return counters_figure(&figures);
}
