#include "harness/driver/show/figures.h"

FILE *figures_open(const struct figures *figures, const char *name)
{
	char path[OUTFILE_NAME_MAX];
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
