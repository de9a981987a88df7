#include "harness/driver/base/forms/openmetrics.h"

#include "harness/driver/base/forms/characters.h"

#include <math.h>

/* What is shown in place of a control character begins with a backslash of its own. */
static const struct characters_escape escapes[] = {{'"', "\\\""}, {'\\', "\\\\"}, {'\0', NULL}};

void openmetrics_family(FILE *file, const char *name, const char *unit, const char *help)
{
	fprintf(file, "# TYPE %s gauge\n", name);
	if (unit)
		fprintf(file, "# UNIT %s %s\n", name, unit);
	fprintf(file, "# HELP %s ", name);
	characters_put(file, help, escapes);
	putc('\n', file);
}

void openmetrics_sample(FILE *file, const char *name)
{
	fputs(name, file);
}

void openmetrics_label(FILE *file, bool first, const char *name, const char *value)
{
	fprintf(file, "%c%s=\"", first ? '{' : ',', name);
	characters_put(file, value, escapes);
	putc('"', file);
}

void openmetrics_value(FILE *file, double value)
{
	if (isfinite(value))
		fprintf(file, "} %.9g\n", value);
	else
		fputs("} NaN\n", file);
}

void openmetrics_end(FILE *file)
{
	fputs("# EOF\n", file);
}
