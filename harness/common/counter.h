/* The CPU's fast counter, read in order with the instructions around it. Header-only, because
 * forkcost-target has no libc and must read it as its first action.
 *
 * x86-64: TSC. Intel SDM vol. 2B, RDTSC/RDTSCP: LFENCE before RDTSC waits for earlier instructions;
 * RDTSCP waits for them by itself and LFENCE after it keeps later ones out. AMD APM vol. 3 agrees
 * where LFENCE serialises, as Linux makes it do.
 * aarch64: CNTVCT_EL0, 1 MHz to 1 GHz, after ISB. riscv64: the time CSR. */
#ifndef FORKCOST_COUNTER_H
#define FORKCOST_COUNTER_H

#include <stdint.h>

#if defined(__x86_64__)

static inline __attribute__((always_inline)) uint64_t counter_begin(void)
{
	uint32_t low, high;
	__asm__ volatile("lfence\n\trdtsc" : "=a"(low), "=d"(high)::"memory");
	return (uint64_t)high << 32 | low;
}

static inline __attribute__((always_inline)) uint64_t counter_end(void)
{
	uint32_t low, high;
	__asm__ volatile("rdtscp\n\tlfence" : "=a"(low), "=d"(high)::"rcx", "memory");
	return (uint64_t)high << 32 | low;
}

#elif defined(__aarch64__)

static inline __attribute__((always_inline)) uint64_t counter_begin(void)
{
	uint64_t ticks;
	__asm__ volatile("isb\n\tmrs %0, cntvct_el0\n\tisb" : "=r"(ticks)::"memory");
	return ticks;
}

#elif defined(__riscv) && __riscv_xlen == 64

static inline __attribute__((always_inline)) uint64_t counter_begin(void)
{
	uint64_t ticks;
	__asm__ volatile("fence\n\trdtime %0\n\tfence" : "=r"(ticks)::"memory");
	return ticks;
}

#else
#error "forkcost knows the counters of x86-64, aarch64 and riscv64 only"
#endif

#ifndef __x86_64__
static inline __attribute__((always_inline)) uint64_t counter_end(void)
{
	return counter_begin();
}
#endif

#endif
