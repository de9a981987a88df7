#include "harness/driver/show/figures.h"

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
