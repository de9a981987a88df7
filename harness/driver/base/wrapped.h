/* Text in lines of a terminal's width. */
#ifndef FORKCOST_WRAPPED_H
#define FORKCOST_WRAPPED_H

#include <stdio.h>

enum {
	WRAPPED_WIDTH = 80,      /* where the file is no terminal */
	WRAPPED_WIDTH_MIN = 40,  /* and the bounds of a terminal's own: */
	WRAPPED_WIDTH_MAX = 100, /* longer lines are hard to read */
	WRAPPED_TEXT_MAX = 2000,
};

/* The columns of the file's terminal, within the bounds above. */
int wrapped_columns(FILE *file);

/* Writes `text` in lines of a terminal's width, broken at blanks, and behind colons in a word that fits no line: the
 * first begins with `first` blanks, the others with `indent`. */
void wrapped_print(FILE *file, const char *text, int first, int indent);

/* The same of text on standard output as printf makes it, up to WRAPPED_TEXT_MAX bytes; the first line begins with no
 * blanks but its own. */
void wrapped_put(int indent, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
