/* What exec of forkcost-target leaves out: the sentence that stands beside all figures and tables that show exec, and
 * how many times as long programs of libc take. */
#ifndef FORKCOST_EXEC_FLOOR_H
#define FORKCOST_EXEC_FLOOR_H

#include "harness/driver/show/show.h"

enum { EXEC_FLOOR_MAX = 400 };

/* The sentence where it is all that can be said. */
#define EXEC_FLOOR "exec starts forkcost-target, which has no libc: a floor"

/* "exec_static_times", "exec_dynamic_times" and "exec_given_times": reaped_ns of spawn over that of forkcost-target, of
 * the same primitive and cell. Returns how many rows it filled in. */
size_t exec_floor_derive(const struct summary *summary, struct derived *rows);

/* "exec starts forkcost-target, which has no libc: a floor; ..." for what shows rows that match; empty where none of
 * them is an exec of forkcost-target. Returns `text`. */
const char *exec_floor_words(const struct summary *summary, const struct filter *filter,
			     char text[EXEC_FLOOR_MAX]);

#endif
