#include "harness/driver/export.h"

#include "harness/driver/figures/figures.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

static enum outcome (*const experiments[])(const struct figures *figures) = {
	figures_spawn,  figures_first_write, figures_tlb_refill, figures_tlb_shootdown,
	figures_switch, figures_teardown,    figures_counters,
};

enum outcome export_write(const struct summary *summary, const char *folder,
			  struct problem *problem)
{
	struct figures figures = {.summary = summary, .problem = problem};
	static const char *const levels[] = {"plots", "plots/data"};
	for (size_t i = 0; i < 2; i++) {
		snprintf(figures.folder, sizeof figures.folder, "%s/%s", folder, levels[i]);
		if (mkdir(figures.folder, 0777) < 0 && errno != EEXIST)
			return fail(problem,
				    "cannot make the folder %s: %s; make its parent writable",
				    figures.folder, strerror(errno));
	}
	for (size_t i = 0; i < sizeof experiments / sizeof *experiments; i++)
		if (experiments[i](&figures))
			return OUTCOME_FAILED;
	return OUTCOME_OK;
}
