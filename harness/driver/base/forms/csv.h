/* CSV as in RFC 4180, a row always one line. */
#ifndef FORKCOST_FORMS_CSV_H
#define FORKCOST_FORMS_CSV_H

#include <stdint.h>
#include <stdio.h>

/* Text as a field: quoted where it needs to be, control characters as "\x0a". An apostrophe stands before
 * what a spreadsheet would take for a formula: text that begins with = + - or @. */
void csv_text(FILE *file, const char *text);

/* A number as a field, six digits; "n/a" if it is not finite. */
void csv_number(FILE *file, double number);

/* A further field of the row; so many empty ones. */
void csv_next_text(FILE *file, const char *text);
void csv_next_number(FILE *file, double number);
void csv_next_count(FILE *file, uint64_t count);
void csv_next_empty(FILE *file, unsigned fields);

/* The header line's words, which are ours; an end of a row. */
void csv_header(FILE *file, const char *words);
void csv_end(FILE *file);

#endif
