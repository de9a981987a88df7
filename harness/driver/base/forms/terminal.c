#include "harness/driver/base/forms/terminal.h"

#include "harness/driver/base/forms/characters.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The format with its line ends changed into a mark, filled in. NULL without memory. */
static char *expand(const char *format, char mark, va_list args)
{
	char *marked = strdup(format), *text = NULL;
	if (!marked)
		return NULL;
	for (char *c = marked; (c = strchr(c, '\n'));)
		*c = mark;
/* The compiler checked the format that this is made from. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	if (vasprintf(&text, marked, args) < 0)
		text = NULL;
#pragma GCC diagnostic pop
	free(marked);
	return text;
}

/* What comes from the arguments is the same in both texts; the format's line ends differ. One write, since
 * standard error has no buffer and others may write there, too. */
static bool put(FILE *file, const char *text, const char *other)
{
	size_t room = 4 * strlen(text) + 1;
	char *shown = malloc(room), *to = shown;
	bool plain;
	if (!shown)
		return false;
	for (size_t length, at = 0; text[at]; at += length) {
		length = characters_next(text + at, &plain);
		if (text[at] != other[at]) {
			*to++ = '\n';
		} else if (plain) {
			memcpy(to, text + at, length);
			to += length;
		} else {
			characters_shown(text + at, length, to);
			to += 4 * length;
		}
	}
	fwrite(shown, 1, (size_t)(to - shown), file);
	free(shown);
	return true;
}

__attribute__((format(printf, 2, 0))) static void print_to_v(FILE *file, const char *format,
							     va_list args)
{
	va_list again;
	va_copy(again, args);
	char *text = expand(format, '\1', args), *other = expand(format, '\2', again);
	va_end(again);
	if (!text || !other || !put(file, text, other))
		fputs("(out of memory)\n", file);
	free(text);
	free(other);
}

void print_to(FILE *file, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	print_to_v(file, format, args);
	va_end(args);
}

void print(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	print_to_v(stdout, format, args);
	va_end(args);
}

bool terminal_moves(FILE *file)
{
	const char *term = getenv("TERM");
	return isatty(fileno(file)) && term && *term && strcmp(term, "dumb") != 0;
}

bool terminal_has_looks(FILE *file)
{
	const char *no_color = getenv("NO_COLOR");
	return terminal_moves(file) && !(no_color && *no_color);
}

void terminal_control(FILE *file, const char *sequence)
{
	fputs(sequence, file);
}
