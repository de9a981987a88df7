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

/* Writes text; what must not be written as it is, and the characters of `unsafe`, are shown instead. */
void characters_put(FILE *file, const char *text, const char *unsafe);

#endif
