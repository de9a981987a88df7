/* One side of a comparison in turns: how its runs are made. */
#ifndef FORKCOST_AB_SIDE_H
#define FORKCOST_AB_SIDE_H

#include "harness/common/problem.h"

#include <stdbool.h>
#include <stddef.h>

enum { SIDE_WORDS_MAX = 128, SIDE_TEXT_MAX = 4096 };

/* NAME=VALUE words in front are its environment, the others options of forkcost run. */
struct side {
	char text[SIDE_TEXT_MAX]; /* private: the words themselves */
	size_t used;
	size_t setting_count, option_count;
	const char *settings[SIDE_WORDS_MAX], *options[SIDE_WORDS_MAX];
};

/* Adds words to a side, taken apart as a shell does with blanks, '...', "..." and \, and with nothing else: no variable,
 * no file name pattern, no command. Fails on a quote that does not end, on a word that is neither an option nor an
 * option's value, and on options that are ab's own. */
enum outcome side_add(struct side *side, const char *text, struct problem *problem);

#endif
