/* Whether the worker had its CPU for itself: read before and after a cell, never while a window is
 * open. */
#ifndef FORKCOST_CPU_USE_H
#define FORKCOST_CPU_USE_H

#include "harness/worker/bench.h"

/* Numbers that only increase; each may be WIRE_UNKNOWN. */
struct cpu_use {
	uint64_t at_ns;
	uint64_t involuntary_switches, voluntary_switches, migrations;
	uint64_t wait_ns, cpu_ns, idle_ns, steal_ns;
};

/* `text` is a buffer for a file of /proc. */
void cpu_use_read(struct cpu_use *cpu_use, char *text, size_t text_bytes);

/* What happened between two readings, and on how many CPUs the worker may run. */
void cpu_use_report(const struct cpu_use *before, const struct cpu_use *after,
		    struct wire_cell_facts *facts);

#endif
