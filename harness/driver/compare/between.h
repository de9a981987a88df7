/* How far runs of the same thing lie apart, where one run a side cannot tell (METHODOLOGY, "Compare"). */
#ifndef FORKCOST_BETWEEN_H
#define FORKCOST_BETWEEN_H

#include <stddef.h>
#include <stdint.h>

/* The standard deviation of logs, nearly the coefficient of variation, that is assumed at a heap of so many bytes: rounded up from what
 * ten to twenty runs in turns were seen to have (METHODOLOGY, "Self-check": 1.2 % without a heap, 7.4 % at 64 MiB). */
double between_assumed(uint64_t heap_bytes);

/* The same of a run of whose samples this share was disturbed; NAN: not known, and taken as none. A busy core makes
 * everything up to 1.4 times as long (METHODOLOGY, "Witnesses"), and witnesses do not see all of it. The runs that the
 * above is of had 5 % disturbed at most; each per cent more adds 0.4, in squares. */
double between_assumed_disturbed(uint64_t heap_bytes, double disturbed);

enum { BETWEEN_WORDS_MAX = 240 };

/* "1.5 % below 1 MiB, 4 % below 16 MiB, 7.5 % from there on, and ...". Returns `text`. */
const char *between_words(char text[BETWEEN_WORDS_MAX]);

#endif
