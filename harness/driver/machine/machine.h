/* What this machine is, and what about it moves the numbers (METHODOLOGY, "The machine"). */
#ifndef FORKCOST_MACHINE_H
#define FORKCOST_MACHINE_H

#include "harness/common/problem.h"
#include "harness/common/wire.h"

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

/* The caller's CPU, the last one allowed if `wanted` is -1, and another one, or -1 if there is
 * none. Fails if the wanted CPU is not allowed. */
enum outcome machine_choose_cpus(int wanted, int *caller_cpu, int *other_cpu,
				 struct problem *problem);

/* The CPUs that this process may use now, bit by bit. */
void machine_allowed_cpus(uint64_t mask[WIRE_CPUS_MAX / 64]);

/* Keeps the driver itself off the worker's CPU, where there is another. */
void machine_leave_cpu(int caller_cpu);

/* Bytes of the largest cache; 32 MiB if it is not known. */
uint64_t machine_cache_bytes(void);

/* Bytes of a CPU's second-level cache; 0 if it is not known. */
uint64_t machine_l2_bytes(void);

/* Everything for environment.json but the settings. A fact that cannot be had says why. */
json_t *machine_describe(const struct wire_clock *clock);

/* Whether the environment is that of an emulated CPU, whose times mean nothing. */
bool machine_was_emulated(const json_t *environment);

/* "AMD EPYC, 2 CPUs, 23.5 GiB, KVM guest": for captions. */
void machine_summary(const json_t *environment, char *text, size_t text_bytes);

/* Time that the hypervisor took from all CPUs together, in clock ticks since boot; UINT64_MAX if
 * not known. */
uint64_t machine_steal_ticks(void);

/* Current frequency of a CPU in kHz, or 0 if the kernel does not say. */
uint64_t machine_cpu_khz(int cpu);

#endif
