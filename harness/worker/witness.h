/* Whether the worker had its CPU to itself: read before and after a cell, while no time is taken. */
#ifndef FORKCOST_WITNESS_H
#define FORKCOST_WITNESS_H

#include "harness/worker/bench.h"

/* Numbers that only grow; each may be WIRE_UNKNOWN. */
struct witness {
	uint64_t at_ns;
	uint64_t involuntary_switches, voluntary_switches, migrations;
	uint64_t wait_ns, cpu_ns, idle_ns, steal_ns;
};

/* `text` is room for a file of /proc. */
void witness_read(struct witness *witness, char *text, size_t text_bytes);

/* What happened between two readings, and on how many CPUs the worker may run. */
void witness_report(const struct witness *before, const struct witness *after,
		    struct wire_cell_facts *facts);

#endif
