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

static bool is_markup(const char *text, const char *at)
{
	if (*at == '_')
		return !follows_word(text, at);
	return strchr("\\`*[]|$~", *at) || begins_block(text, at);
}

void markdown_text(FILE *file, const char *text)
{
	char shown[CHARACTERS_SHOWN_MAX];
	bool plain;
	size_t length;
	for (const char *at = text; *at; at += length) {
		length = characters_next(at, &plain);
		if (!plain)
			fprintf(file, "\\%s", characters_shown(at, length, shown));
		else if (*at == '<')
			fputs("&lt;", file);
		else if (*at == '>')
			fputs("&gt;", file);
		else if (*at == '&')
			fputs("&amp;", file);
		else
			fprintf(file, "%s%.*s", is_markup(text, at) ? "\\" : "", (int)length, at);
	}
}

void markdown_comment(FILE *file, const char *text)
{
	characters_put(file, text, "<>");
}

void markdown_markup(FILE *file, const char *markup)
{
	fputs(markup, file);
}
