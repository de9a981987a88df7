#include "harness/driver/show/export.h"

#include "harness/driver/show/figures/figures.h"

static enum outcome (*const experiments[])(const struct figures *figures) = {
	figures_spawn,  figures_first_write, figures_tlb_refill, figures_tlb_shootdown,
	figures_switch, figures_teardown,    figures_counters,
};

enum outcome export_write(const struct summary *summary, const char *folder,
			  struct problem *problem)
{
	struct outfile outfile;
	const struct figures figures = {
		.summary = summary, .folder = folder, .outfile = &outfile, .problem = problem};
	for (size_t i = 0; i < sizeof experiments / sizeof *experiments; i++)
		if (experiments[i](&figures))
			return OUTCOME_FAILED;
	return OUTCOME_OK;
}
