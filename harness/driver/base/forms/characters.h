/* Text that came from a file, the command line or the machine, character by character: what every form of
 * output is written with. */
#ifndef FORKCOST_FORMS_CHARACTERS_H
#define FORKCOST_FORMS_CHARACTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Takes the first character of `text`, which is not empty. Returns its bytes, 1 to 4. `*plain` is false for
 * a control character (below U+0020, U+007F to U+009F, line ends of Unicode, marks that turn the direction
 * of writing) and for a byte that is no UTF-8: such are never written as they are. */
size_t characters_next(const char *text, bool *plain);

/* A character of N bytes takes 4 N bytes so, and the end mark. */
enum { CHARACTERS_SHOWN_MAX = 4 * 4 + 1 };

/* How bytes that must not be written as they are are shown instead: "\x1b". */
const char *characters_shown(const char *bytes, size_t count, char *shown);

/* How a form writes a character that it takes for something else. The last row, of no character, is for all that
 * must not be written as it is; NULL: it is shown, in the form's own way to write that. */
struct characters_escape {
	char is;
	const char *as;
};

/* Writes the first character of text, which is not empty. Returns its bytes. */
size_t characters_put_next(FILE *file, const char *text, const struct characters_escape *escapes);

/* Writes all of it. */
void characters_put(FILE *file, const char *text, const struct characters_escape *escapes);

/* Rows of a form that takes nothing for something else. */
extern const struct characters_escape characters_no_escapes[];

#endif
