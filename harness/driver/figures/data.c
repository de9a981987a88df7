#include "harness/driver/figures/figures.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What gnuplot might take for syntax; ">" because it writes "]]>" into SVG as it is. */
static bool is_syntax(char c)
{
	return (unsigned char)c < ' ' || c == 0x7f || strchr("\"\\`>", c);
}

FILE *figures_open(const struct figures *figures, const char *name)
{
	char path[sizeof figures->folder + 64];
	snprintf(path, sizeof path, "%s/%s", figures->folder, name);
	FILE *file = fopen(path, "we");
	if (!file)
		fail(figures->problem, "cannot write %s: %s; make the folder writable", path,
		     strerror(errno));
	return file;
}

enum outcome figures_close(const struct figures *figures, FILE *file)
{
	bool bad = ferror(file);
	if (fclose(file) == 0 && !bad)
		return OUTCOME_OK;
	return fail(figures->problem, "cannot write into %s: %s; free some disk space",
		    figures->folder, strerror(errno));
}

void figures_put_text(FILE *file, const char *text)
{
	for (const char *c = text; *c; c++) {
		if (*c == '\'')
			fputs("\u2019", file); /* looks the same and ends no string */
		else
			putc(is_syntax(*c) ? ' ' : *c, file);
	}
}

void figures_put_interval(FILE *file, const struct stats_interval *interval, double divisor)
{
	fprintf(file, "\t%.6g", interval->center / divisor);
	if (interval->has_interval)
		fprintf(file, "\t%.6g\t%.6g", interval->low / divisor, interval->high / divisor);
	else
		fputs("\tNaN\tNaN", file);
}
