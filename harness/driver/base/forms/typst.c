#include "harness/driver/base/forms/typst.h"

#include "harness/driver/base/forms/characters.h"

static const struct characters_escape escapes[] = {
	{'\\', "\\\\"}, {'#', "\\#"},  {'[', "\\["},  {']', "\\]"}, {'*', "\\*"},
	{'_', "\\_"},   {'`', "\\`"},  {'$', "\\$"},  {'<', "\\<"}, {'>', "\\>"},
	{'@', "\\@"},   {'~', "\\~"},  {'=', "\\="},  {'-', "\\-"}, {'+', "\\+"},
	{'/', "\\/"},   {'"', "\\\""}, {'\'', "\\'"}, {'\0', NULL},
};

void typst_text(FILE *file, const char *text)
{
	characters_put(file, text, escapes);
}

void typst_markup(FILE *file, const char *markup)
{
	fputs(markup, file);
}
