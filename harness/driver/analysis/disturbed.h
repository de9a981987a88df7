/* What was recorded about the worker while it took a cell's samples: its open files, and whether it had
 * its CPU to itself. Runs made before that was recorded have none of it. */
#ifndef FORKCOST_DISTURBED_H
#define FORKCOST_DISTURBED_H

#include <stdbool.h>
#include <stddef.h>

enum { DISTURBED_TEXT_MAX = 320 };

struct series;

/* The fewest and the most open files of the series' replicates; false if they were not counted. */
bool disturbed_open_files(const struct series *series, double *fewest, double *most);

/* Who had the worker's CPU. */
enum disturber { DISTURBED_BY_OTHERS, DISTURBED_BY_HYPERVISOR, DISTURBERS };

/* Whether they had it for more than 2 % of the time in some replicate of the series. */
bool disturbed_by(const struct series *series, enum disturber disturber);

/* In which replicates other processes or the hypervisor had the worker's CPU for more than 2 % of the time,
 * for how long, and what that did to the median, held against the quiet replicates of the same cell. Empty
 * if in none. Returns `text`. */
const char *disturbed_text(const struct series *series, char *text, size_t text_bytes);

#endif
