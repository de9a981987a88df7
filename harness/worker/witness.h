/* Witnesses of the machine's state beside a sample: outside its window, the same for all experiments. */
#ifndef FORKCOST_WITNESS_H
#define FORKCOST_WITNESS_H

#include "harness/common/wire.h"

#include <stdint.h>

struct witness {
	double contention;
	uint64_t at_ticks, cpu_ns;
};

/* Looks at the machine right before a sample is taken. About half a microsecond and two system calls. */
void witness_begin(struct witness *witness);

/* Looks again right after it, and puts into the sample:
 * - contention: how long a loop takes that needs the core's width, divided by the time of one that needs its latency
 *   alone; the larger of before and after. A program on the sibling hardware thread halves the width and leaves the
 *   latency as it is; a step of the frequency changes both alike (METHODOLOGY, "Witnesses").
 * - off_cpu_ns: time since witness_begin() in which neither this process nor a child that it reaped meanwhile ran:
 *   others had the CPU, or the hypervisor had, or it was idle. 0 where several ran at the same time. */
void witness_end(const struct witness *witness, struct wire_sample *sample);

#endif
