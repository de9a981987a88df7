/* Data that gnuplot reads: fields with tabs between, blocks with two blank lines between. */
#ifndef FORKCOST_FORMS_GNUPLOT_H
#define FORKCOST_FORMS_GNUPLOT_H

#include <stdio.h>

/* Text as a field, or a part of one: what gnuplot might take for syntax, control characters and bytes that
 * are no UTF-8 become spaces, and a straight apostrophe a round one. */
void gnuplot_text(FILE *file, const char *text);

/* Numbers, tabs and line ends, as printf. Text goes through gnuplot_text(). What is not a number is
 * written as nan, which gnuplot leaves out. */
void gnuplot_put(FILE *file, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
