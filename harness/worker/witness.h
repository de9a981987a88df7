/* Witnesses of the machine's state beside a sample: outside its window, the same for all experiments. */
#ifndef FORKCOST_WITNESS_H
#define FORKCOST_WITNESS_H

#include "harness/common/wire.h"

#include <stdint.h>

struct witness {
	double contention, step_ns;
	uint64_t at_ticks, cpu_ns;
};

/* What a multiplication takes that waits for the one before it: some cycles, the same at any contention. */
double witness_step_ns(void);

enum { QUIET_BINS = 512 };

/* What a worker has seen of the core so far, to know when it is quiet. Lies in shared memory. */
struct quiet {
	uint64_t looks;
	uint32_t seen[QUIET_BINS]; /* looks by contention, in steps of 1.4 % from 0.03 up */
};

/* Looks at the machine right before a sample is taken. About a microsecond, with two system calls. */
void witness_begin(struct witness *witness);

/* Looks again right after it, and puts into the sample:
 * - contention: how long a loop takes that needs the core's width, divided by the time of one that needs its latency
 *   alone; the larger of before and after. A program on the sibling hardware thread halves the width and leaves the
 *   latency as it is; a step of the frequency changes both alike (METHODOLOGY, "Witnesses").
 * - step_ns: what a multiplication of that chain takes, the smaller of before and after, because interrupts lengthen
 *   it: some cycles, so it moves with the core's clock alone.
 * - off_cpu_ns: time since witness_begin() in which neither this process nor a child that it reaped meanwhile ran:
 *   others had the CPU, or the hypervisor had, or it was idle. 0 where several ran at the same time. */
void witness_end(const struct witness *witness, struct wire_sample *sample);

/* Takes a sample's contention down. */
void quiet_note(struct quiet *quiet, double contention);

/* Waits until the core is as quiet as in the quietest tenth of what was seen, or 12 % above, but no longer than this; not at
 * all before 20 looks were noted. Keeps the CPU busy, so that no window opens on one that was just woken. Returns how
 * long it waited; 0: it was quiet at once (METHODOLOGY, "Witnesses"). */
uint64_t quiet_await(const struct quiet *quiet, uint64_t most_ns);

#endif
