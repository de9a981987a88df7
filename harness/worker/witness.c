#include "harness/worker/witness.h"

#include "harness/worker/clock.h"

#include <math.h>
#include <sys/resource.h>
#include <time.h>

/* FIRST_TURNS bring the loops back into the caches, of decoded instructions too, where the sample displaced them: without
 * them here (AMD EPYC) every fork's witness said 0.74 to 0.82 and null's 0.53. A turn takes 4 to 6 ns; the others are so
 * many that a step of the clock is 1.5 to 5 % of the shorter loop, for a clock of 1 ns and of 10. */
enum { FIRST_TURNS = 32, TURNS_MIN = 50, TURNS_MAX = 200 };

#define NOPS_8 "nop\n nop\n nop\n nop\n nop\n nop\n nop\n nop\n"
#define NOPS_64 NOPS_8 NOPS_8 NOPS_8 NOPS_8 NOPS_8 NOPS_8 NOPS_8 NOPS_8

/* Ticks of a chain of dependent multiplications, which wait for each other. */
static uint64_t chain_ticks(int steps)
{
	uint64_t from = clock_ticks();
	unsigned long product = 3;
	for (int i = 0; i < steps; i++) {
		product *= 0x9E3779B97F4A7C15u | 1u;
		__asm__ volatile("" : "+r"(product));
	}
	return clock_ticks_after() - from;
}

struct look {
	double contention, step_ns;
};

static struct look look_for(int turns)
{
	uint64_t from = clock_ticks();
	for (int i = 0; i < turns; i++)
		__asm__ volatile(NOPS_64);
	double wide_ns = clock_ns(from, clock_ticks());
	double chain_ns = clock_ns(0, chain_ticks(4 * turns));
	return (struct look){chain_ns > 0 ? wide_ns / chain_ns : 0, chain_ns / (4 * turns)};
}

double witness_step_ns(void)
{
	enum { STEPS = 4000 };
	return clock_ns(0, chain_ticks(STEPS)) / STEPS;
}

static struct look look(void)
{
	double turns = fmin(fmax(worker_clock.resolution_ns * TURNS_MIN, TURNS_MIN), TURNS_MAX);
	look_for(FIRST_TURNS);
	return look_for((int)turns);
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
	const struct look before = look();
	witness->contention = before.contention;
	witness->step_ns = before.step_ns;
}

void witness_end(const struct witness *witness, struct wire_sample *sample)
{
	const struct look after = look();
	double elapsed_ns = clock_ns(witness->at_ticks, clock_ticks());
	double ran_ns = (double)(cpu_time_ns() - witness->cpu_ns);
	sample->contention = fmax(after.contention, witness->contention);
	sample->step_ns = fmin(after.step_ns, witness->step_ns);
	sample->off_cpu_ns = elapsed_ns > ran_ns ? elapsed_ns - ran_ns : 0;
}

static const double BINS_PER_OCTAVE = 50, LEAST_SEEN = 1 / 32.0;

void quiet_note(struct quiet *quiet, double contention)
{
	double bin = log2(fmax(contention, LEAST_SEEN) / LEAST_SEEN) * BINS_PER_OCTAVE;
	quiet->seen[bin < QUIET_BINS - 1 ? (unsigned)bin : QUIET_BINS - 1]++;
	quiet->looks++;
}

/* The contention up to which the core is quiet. */
static double quiet_up_to(const struct quiet *quiet)
{
	static const double WIDTH = 1.12;
	uint64_t below = 0;
	unsigned bin = 0;
	while (bin < QUIET_BINS - 1 && (below += quiet->seen[bin]) * 10 < quiet->looks)
		bin++;
	return LEAST_SEEN * exp2((bin + 1) / BINS_PER_OCTAVE) * WIDTH;
}

uint64_t quiet_await(const struct quiet *quiet, uint64_t most_ns)
{
	enum { LOOKS_MIN = 20 };
	if (quiet->looks < LOOKS_MIN || most_ns == 0)
		return 0;
	double limit = quiet_up_to(quiet);
	uint64_t began_ns = clock_monotonic_raw_ns(), now_ns = began_ns;
	while (now_ns - began_ns < most_ns && look().contention > limit)
		now_ns = clock_monotonic_raw_ns();
	return now_ns - began_ns;
}
