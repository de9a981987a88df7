#include "harness/driver/base/forms/gnuplot.h"

#include "harness/driver/base/forms/characters.h"

#include <stdarg.h>

/* The apostrophe looks the same and ends no string. ">" because gnuplot writes "]]>" into SVG as it is. */
static const struct characters_escape escapes[] = {
	{'\'', "\u2019"}, {'"', " "}, {'\\', " "}, {'`', " "}, {'>', " "}, {'\0', " "},
};

void gnuplot_text(FILE *file, const char *text)
{
	characters_put(file, text, escapes);
}

void gnuplot_put(FILE *file, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vfprintf(file, format, args);
	va_end(args);
}
