/* Whether the worker had its CPU for itself: read before and after a cell, never while a window is
 * open. */
#ifndef FORKCOST_CPU_USE_H
#define FORKCOST_CPU_USE_H

#include "harness/worker/bench.h"

/* Reads, of a cell's facts, those that only grow: from involuntary_switches on; as duration_ns the time. `text`
 * is a buffer for a file of /proc. */
void cpu_use_read(struct wire_cell_facts *facts, char *text, size_t text_bytes);

/* By how much they grew between two readings, times the share of that time that was the cell's, and on how many CPUs
 * the worker may run. */
void cpu_use_report(const struct wire_cell_facts *before, const struct wire_cell_facts *after,
		    double share, struct wire_cell_facts *facts);

#endif
