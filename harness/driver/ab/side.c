#include "harness/driver/ab/side.h"

#include <ctype.h>
#include <string.h>

/* What ab chooses for each of its runs itself. */
static const char *const own[] = {"--budget",   "--output",  "--no-plots",
				  "--no-table", "--dry-run", "--seed"};

/* The next character of a word, unquoted; `*quote` is the quote that is open. '\0' at the word's end. */
static char next_character(const char **at, char *quote)
{
	for (; **at; (*at)++) {
		const char c = **at;
		if (!*quote && (c == '\'' || c == '"')) {
			*quote = c;
		} else if (*quote && c == *quote) {
			*quote = '\0';
		} else if (!*quote && isspace((unsigned char)c)) {
			return '\0';
		} else {
			if (c == '\\' && *quote != '\'' && (*at)[1])
				(*at)++;
			return *(*at)++;
		}
	}
	return '\0';
}

static bool is_setting(const char *word)
{
	size_t name = 0;
	while (isalnum((unsigned char)word[name]) || word[name] == '_')
		name++;
	return name && !isdigit((unsigned char)*word) && word[name] == '=';
}

static enum outcome add_word(struct side *side, const char *word, struct problem *problem)
{
	if (side->setting_count + side->option_count >= SIDE_WORDS_MAX - 1)
		return fail(problem, "cannot take so many words for one side; give fewer");
	if (!side->option_count && is_setting(word)) {
		side->settings[side->setting_count++] = word;
		return OUTCOME_OK;
	}
	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		if (strncmp(word, own[i], strlen(own[i])) == 0)
			return fail(
				problem,
				"cannot give %s to one side: ab chooses it for each of its runs",
				own[i]);
	if (!side->option_count && strncmp(word, "--", 2) != 0)
		return fail(problem,
			    "cannot understand '%s'; give options of forkcost run, as '--page-kind "
			    "thp', and NAME=VALUE in front of them",
			    word);
	side->options[side->option_count++] = word;
	return OUTCOME_OK;
}

enum outcome side_add(struct side *side, const char *text, struct problem *problem)
{
	char quote = '\0';
	for (;;) {
		while (isspace((unsigned char)*text))
			text++;
		if (!*text)
			return OUTCOME_OK;
		const char *word = side->text + side->used;
		for (char c; (c = next_character(&text, &quote));) {
			if (side->used + 1 >= SIDE_TEXT_MAX)
				return fail(problem,
					    "cannot take more than %d characters for one "
					    "side; give fewer",
					    SIDE_TEXT_MAX);
			side->text[side->used++] = c;
		}
		if (quote)
			return fail(problem, "cannot find the end of the quote %c; close it",
				    quote);
		if (side->used >= SIDE_TEXT_MAX)
			return fail(problem,
				    "cannot take more than %d characters for one side; "
				    "give fewer",
				    SIDE_TEXT_MAX);
		side->text[side->used++] = '\0';
		if (add_word(side, word, problem))
			return OUTCOME_FAILED;
	}
}
