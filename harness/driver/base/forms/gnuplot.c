#include "harness/driver/base/forms/gnuplot.h"

#include "harness/driver/base/forms/characters.h"

#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

/* ">" because gnuplot writes "]]>" into SVG as it is. */
static bool is_syntax(char c)
{
	return strchr("\"\\`>", c) != NULL;
}

void gnuplot_text(FILE *file, const char *text)
{
	bool plain;
	for (size_t length; *text; text += length) {
		length = characters_next(text, &plain);
		if (*text == '\'')
			fputs("\u2019", file); /* looks the same and ends no string */
		else if (!plain || is_syntax(*text))
			putc(' ', file);
		else
			fwrite(text, 1, length, file);
	}
}

void gnuplot_put(FILE *file, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vfprintf(file, format, args);
	va_end(args);
}
