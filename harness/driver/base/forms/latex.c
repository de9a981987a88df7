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

void latex_text(FILE *file, const char *text)
{
	/* After the end of a row these would be its options. */
	if (*text == '[' || *text == '*')
		fputs("{}", file);
	while (*text) {
		if (strncmp(text, "+-", 2) != 0 || text[2] == '?') {
			text += characters_put_next(file, text, escapes);
			continue;
		}
		fputs("$\\pm$", file);
		text += 2;
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
