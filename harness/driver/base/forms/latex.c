#include "harness/driver/base/forms/latex.h"

#include "harness/driver/base/forms/characters.h"

#include <stdbool.h>
#include <string.h>

/* How a character is written that LaTeX takes for something else; NULL: as it is. */
static const char *escaped(char c)
{
	static const struct {
		char is;
		const char *as;
	} specials[] = {
		{'_', "\\_"},
		{'%', "\\%"},
		{'&', "\\&"},
		{'#', "\\#"},
		{'$', "\\$"},
		{'{', "\\{"},
		{'}', "\\}"},
		{'\\', "\\textbackslash{}"},
		{'~', "\\textasciitilde{}"},
		{'^', "\\textasciicircum{}"},
		{'<', "\\textless{}"},
		{'>', "\\textgreater{}"},
		{'|', "\\textbar{}"},
	};
	for (size_t i = 0; i < sizeof specials / sizeof *specials; i++)
		if (specials[i].is == c)
			return specials[i].as;
	return NULL;
}

static void put_shown(FILE *file, const char *bytes, size_t count)
{
	char shown[CHARACTERS_SHOWN_MAX];
	characters_shown(bytes, count, shown);
	for (const char *c = shown; *c; c++)
		if (escaped(*c))
			fputs(escaped(*c), file);
		else
			putc(*c, file);
}

void latex_text(FILE *file, const char *text)
{
	bool plain;
	size_t length;
	/* After the end of a row these would be its options. */
	if (*text == '[' || *text == '*')
		fputs("{}", file);
	for (const char *at = text; *at; at += length) {
		length = characters_next(at, &plain);
		if (strncmp(at, "+-", 2) == 0 && at[2] != '?') {
			fputs("$\\pm$", file);
			length = 2;
		} else if (!plain) {
			put_shown(file, at, length);
		} else if (escaped(*at)) {
			fputs(escaped(*at), file);
		} else {
			fwrite(at, 1, length, file);
		}
	}
}

void latex_comment(FILE *file, const char *text)
{
	fputs("% ", file);
	characters_put(file, text, "");
	putc('\n', file);
}

void latex_markup(FILE *file, const char *markup)
{
	fputs(markup, file);
}
