#include "harness/worker/witness.h"

#include "harness/worker/clock.h"

#include <sys/resource.h>
#include <time.h>

/* Long enough for a clock of 20 ns, short enough to be taken beside every sample. */
enum { WIDE_TURNS = 50, CHAIN_TURNS = 200 };

#define NOPS_8 "nop\n nop\n nop\n nop\n nop\n nop\n nop\n nop\n"
#define NOPS_64 NOPS_8 NOPS_8 NOPS_8 NOPS_8 NOPS_8 NOPS_8 NOPS_8 NOPS_8

static double contention(void)
{
	uint64_t from = clock_ticks();
	for (int i = 0; i < WIDE_TURNS; i++)
		__asm__ volatile(NOPS_64);
	uint64_t middle = clock_ticks();
	unsigned long product = 3;
	for (int i = 0; i < CHAIN_TURNS; i++) {
		product *= 0x9E3779B97F4A7C15u | 1u;
		__asm__ volatile("" : "+r"(product)); /* each step waits for the last */
	}
	uint64_t to = clock_ticks_after();
	return to > middle ? clock_ns(from, middle) / clock_ns(middle, to) : 0;
}

/* Of all threads of this process and of the children that it reaped. */
static uint64_t cpu_time_ns(void)
{
	struct timespec own;
	struct rusage children;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &own);
	getrusage(RUSAGE_CHILDREN, &children);
	uint64_t s = (uint64_t)(own.tv_sec + children.ru_utime.tv_sec + children.ru_stime.tv_sec);
	uint64_t us = (uint64_t)(children.ru_utime.tv_usec + children.ru_stime.tv_usec);
	return s * 1000000000u + us * 1000u + (uint64_t)own.tv_nsec;
}

void witness_begin(struct witness *witness)
{
	witness->cpu_ns = cpu_time_ns();
	witness->at_ticks = clock_ticks();
	witness->contention = contention();
}

void witness_end(const struct witness *witness, struct wire_sample *sample)
{
	double after = contention();
	double elapsed_ns = clock_ns(witness->at_ticks, clock_ticks());
	double ran_ns = (double)(cpu_time_ns() - witness->cpu_ns);
	sample->contention = after > witness->contention ? after : witness->contention;
	sample->off_cpu_ns = elapsed_ns > ran_ns ? elapsed_ns - ran_ns : 0;
}
