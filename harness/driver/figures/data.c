#include "harness/driver/figures/figures.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void figures_clean_text(char *text)
{
	for (char *c = text; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f || strchr("\"'\\`>", *c))
			*c = ' ';
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
	char clean[1024];
	wire_copy(clean, sizeof clean, text);
	figures_clean_text(clean);
	fputs(clean, file);
}

void figures_put_interval(FILE *file, const struct stats_interval *interval, double divisor)
{
	fprintf(file, "\t%.6g", interval->center / divisor);
	if (interval->has_interval)
		fprintf(file, "\t%.6g\t%.6g", interval->low / divisor, interval->high / divisor);
	else
		fputs("\tNaN\tNaN", file);
}
