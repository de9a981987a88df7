#include "harness/driver/base/forms/latex.h"

#include "harness/driver/base/forms/characters.h"

#include <string.h>

static const struct characters_escape escapes[] = {
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
	{'\0', NULL},
};

static const char plus_minus[] = "\u00b1";

void latex_text(FILE *file, const char *text)
{
	/* After the end of a row these would be its options. */
	if (*text == '[' || *text == '*')
		fputs("{}", file);
	while (*text) {
		if (strncmp(text, plus_minus, strlen(plus_minus)) != 0) {
			text += characters_put_next(file, text, escapes);
			continue;
		}
		fputs("$\\pm$", file);
		text += strlen(plus_minus);
	}
}

void latex_comment(FILE *file, const char *text)
{
	fputs("% ", file);
	characters_put(file, text, characters_no_escapes);
	putc('\n', file);
}

void latex_markup(FILE *file, const char *markup)
{
	fputs(markup, file);
}
