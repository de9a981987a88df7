/* Text in lines of a terminal's width. */
#ifndef FORKCOST_WRAPPED_H
#define FORKCOST_WRAPPED_H

#include <stdio.h>

enum { WRAPPED_WIDTH = 80 };

/* Writes `text` in lines of at most WRAPPED_WIDTH columns, broken at blanks: the first begins with `first`
 * blanks, the others with `indent`. */
void wrapped_print(FILE *file, const char *text, int first, int indent);

#endif
