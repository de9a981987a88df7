#include "harness/driver/base/forms/markdown.h"

#include "harness/driver/base/forms/characters.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

/* An underscore within a word or at its end begins no emphasis: names stay as they are. */
static bool follows_word(const char *text, const char *at)
{
	return at > text && isalnum((unsigned char)at[-1]);
}

/* What would begin a heading, a list, a quotation or a rule where a paragraph begins. */
static bool begins_block(const char *text, const char *at)
{
	return at == text && strchr("#-+=", *at) && (at[1] == *at || at[1] == ' ');
}

static const struct characters_escape escapes[] = {
	{'\\', "\\\\"}, {'`', "\\`"}, {'*', "\\*"},  {'[', "\\["},  {']', "\\]"},   {'|', "\\|"},
	{'$', "\\$"},   {'~', "\\~"}, {'<', "&lt;"}, {'>', "&gt;"}, {'&', "&amp;"}, {'\0', NULL},
};

void markdown_text(FILE *file, const char *text)
{
	for (const char *at = text; *at; at += characters_put_next(file, at, escapes))
		if (begins_block(text, at) || (*at == '_' && !follows_word(text, at)))
			putc('\\', file);
}

void markdown_comment(FILE *file, const char *text)
{
	static const struct characters_escape marks[] = {
		{'<', "\\x3c"}, {'>', "\\x3e"}, {'\0', NULL}};
	characters_put(file, text, marks);
}

void markdown_markup(FILE *file, const char *markup)
{
	fputs(markup, file);
}
