/* Words on a terminal, or wherever standard output and standard error go: everything that any command
 * prints. A name from a file, the command line or the machine never moves the cursor, changes a colour, or
 * begins a line that looks like one of ours. */
#ifndef FORKCOST_FORMS_TERMINAL_H
#define FORKCOST_FORMS_TERMINAL_H

#include <stdio.h>

/* As fprintf, but of what the arguments bring in, control characters, line ends among them, and bytes that
 * are no UTF-8 are shown as "\x1b"; line ends of the format itself stay. */
void print_to(FILE *file, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same to standard output. */
void print(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A control sequence of ours, as it is. Never text that came from elsewhere. */
void terminal_control(FILE *file, const char *sequence);

#endif
