#include "harness/driver/base/forms/csv.h"

#include "harness/driver/base/forms/characters.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

static const struct characters_escape escapes[] = {{'"', "\"\""}, {'\0', NULL}};

void csv_text(FILE *file, const char *text)
{
	bool quoted =
		strpbrk(text, ",\"") || *text == ' ' || (*text && text[strlen(text) - 1] == ' ');
	if (quoted)
		putc('"', file);
	if (*text && strchr("=+-@", *text))
		putc('\'', file);
	characters_put(file, text, escapes);
	if (quoted)
		putc('"', file);
}

void csv_number(FILE *file, double number)
{
	if (isfinite(number))
		fprintf(file, "%.6g", number);
	else
		fputs("n/a", file);
}

void csv_header(FILE *file, const char *words)
{
	fputs(words, file);
}

void csv_next_text(FILE *file, const char *text)
{
	csv_next_empty(file, 1);
	csv_text(file, text);
}

void csv_next_number(FILE *file, double number)
{
	csv_next_empty(file, 1);
	csv_number(file, number);
}

void csv_next_count(FILE *file, uint64_t count)
{
	csv_next_empty(file, 1);
	fprintf(file, "%" PRIu64, count);
}

void csv_next_empty(FILE *file, unsigned fields)
{
	while (fields--)
		putc(',', file);
}

void csv_end(FILE *file)
{
	putc('\n', file);
}
