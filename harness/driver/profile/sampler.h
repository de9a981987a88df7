/* perf, which samples what a CPU is doing while a worker measures. */
#ifndef FORKCOST_SAMPLER_H
#define FORKCOST_SAMPLER_H

#include "harness/common/problem.h"
#include "harness/driver/base/tool.h"
#include "harness/driver/profile/stacks.h"

#include <stdbool.h>

/* Never cycles: where they are sampled at a frequency their period varies while each sample counts as one, and a halted
 * CPU has none, so that shares of samples would not be shares of time. */
#define SAMPLER_EVENT "cpu-clock"

/* Prime, so that it keeps step with nothing. A sample costs some microseconds: of 50 us each fork takes half as long
 * again. */
#define SAMPLER_PERIOD_NS 99991

struct sampler {
	int cpu;
	int data_fd; /* what perf records: memory, so that nothing is left behind */
	int until_fd; /* perf records until this end of a pipe is closed, or we are dead; -1: it does not record */
	struct tool perf;
};

/* Finds out whether this process may sample the whole of a CPU. Fails with what permits it. */
enum outcome sampler_open(struct sampler *sampler, int cpu, struct problem *problem);

/* Starts recording; returns when it has begun. Fails with how to get perf where it is not installed. */
enum outcome sampler_start(struct sampler *sampler, struct problem *problem);

/* Ends recording. */
enum outcome sampler_stop(struct sampler *sampler, struct problem *problem);

/* Reads what was recorded, in the order of time. Fails if the kernel's names are hidden, with what shows them. */
enum outcome sampler_read(const struct sampler *sampler, stacks_take *take, void *context,
			  uint64_t *lost, struct problem *problem);

/* Ends and frees all. Safe to call twice. */
void sampler_close(struct sampler *sampler);

#endif
