#include "harness/driver/show/export.h"

#include "harness/driver/show/counters.h"
#include "harness/driver/show/show.h"

enum outcome export_write(const struct summary *summary, const char *folder,
			  struct problem *problem)
{
	struct outfile outfile;
	const struct figures figures = {
		.summary = summary, .folder = folder, .outfile = &outfile, .problem = problem};
	const struct show *show;
	for (size_t i = 0; (show = show_at(i)); i++)
		if ((show->looks && looks_write(&figures, show->experiment, show->looks)) ||
		    (show->figures && show->figures(&figures)))
			return OUTCOME_FAILED;
	return counters_figure(&figures);
}
