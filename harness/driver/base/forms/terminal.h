/* Words on a terminal, or wherever standard output and standard error go: everything that any command
 * prints. A name from a file, the command line or the machine never moves the cursor, changes a colour, or
 * begins a line that looks like one of ours. */
#ifndef FORKCOST_FORMS_TERMINAL_H
#define FORKCOST_FORMS_TERMINAL_H

#include <stdbool.h>
#include <stdio.h>

/* As fprintf, but of what the arguments bring in, control characters, line ends among them, and bytes that
 * are no UTF-8 are shown as "\x1b"; line ends of the format itself stay. */
void print_to(FILE *file, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same to standard output. */
void print(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Whether the file is a terminal on which the cursor can be moved: TERM=dumb is honoured; and whether text may
 * also look different there, which NO_COLOR (any value that is not empty) forbids. */
bool terminal_moves(FILE *file);
bool terminal_has_looks(FILE *file);

/* A control sequence of ours, as it is. Never text that came from elsewhere. */
void terminal_control(FILE *file, const char *sequence);

#endif
