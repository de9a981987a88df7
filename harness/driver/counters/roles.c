#include "harness/driver/counters/roles.h"

#include <linux/perf_event.h>
#include <string.h>

/* perf_event_open(2): id | operation << 8 | result << 16 */
#define CACHE_MISS(cache, operation)                         \
	((uint64_t)PERF_COUNT_HW_CACHE_##cache |             \
	 (uint64_t)PERF_COUNT_HW_CACHE_OP_##operation << 8 | \
	 (uint64_t)PERF_COUNT_HW_CACHE_RESULT_MISS << 16)

/* What "TLB miss" means is up to each PMU driver: walks on Intel and AMD, refills of the first level
 * on Arm. */
#define GENERIC_TLB "the kernel's generic event: on some CPUs first-level misses, not walks"

/* The number and the words of a reason, as the format's print line gives them; the numbers are those
 * of enum tlb_flush_reason in include/linux/mm_types.h. The tracepoint is compiled in on every
 * architecture, but only arch/x86/mm/tlb.c hits it. */
#define TLB_FLUSH_REASON(number, words)                        \
	.path = "tlb/tlb_flush", .filter = "reason==" #number, \
	.format_says = "{ " #number ", \"" words "\" }",       \
	.x86_only = "only x86 kernels report TLB flushes by tracepoint"

/* The event of the kernel's own list that is named, and how it differs from the role. */
#define HARDWARE(id) .generic = {#id, NULL, id, PERF_TYPE_HARDWARE}
#define CACHE(cache, operation, differs)                                           \
	.generic = {"PERF_COUNT_HW_CACHE_" #cache ":" #operation ":MISS", differs, \
		    CACHE_MISS(cache, operation), PERF_TYPE_HW_CACHE}

const struct role roles[ROLE_COUNT] = {
#define ROLE(id, ...) [ROLE_##id] = {__VA_ARGS__},
#include "harness/driver/counters/roles.def"
};

/* Names as in libpfm4 4.13, configurations in the unit test. What families have alike: */

#define INTEL_WALKS                                                           \
	[ROLE_CYCLES] = {"UNHALTED_CORE_CYCLES", NULL},                       \
	[ROLE_INSTRUCTIONS] = {"INSTRUCTION_RETIRED", NULL},                  \
	[ROLE_DTLB_LOAD_WALKS] = {"DTLB_LOAD_MISSES:WALK_COMPLETED", NULL},   \
	[ROLE_DTLB_STORE_WALKS] = {"DTLB_STORE_MISSES:WALK_COMPLETED", NULL}, \
	[ROLE_DTLB_WALK_CYCLES] = {"DTLB_LOAD_MISSES:WALK_ACTIVE", NULL},     \
	[ROLE_ITLB_WALKS] = {"ITLB_MISSES:WALK_COMPLETED", NULL},             \
	[ROLE_LLC_MISSES] = {"LONGEST_LAT_CACHE:MISS", NULL}
#define INTEL_FLUSHES \
	[ROLE_TLB_FLUSHES] = {"TLB_FLUSH:STLB_ANY", "flush attempts of the second-level TLB"}

/* AMD counts data walks of loads and stores together. That a fill came from memory is seen by the core; the
 * counters of the L3 itself belong to no process. */
#define AMD_ZEN(fetches, fills)                                                  \
	[ROLE_CYCLES] = {"CYCLES_NOT_IN_HALT", NULL},                            \
	[ROLE_INSTRUCTIONS] = {"RETIRED_INSTRUCTIONS", NULL},                    \
	[ROLE_DTLB_LOAD_WALKS] = {"L1_DTLB_MISS:TLB_RELOAD_4K_L2_MISS:"          \
				  "TLB_RELOAD_COALESCED_PAGE_MISS:"              \
				  "TLB_RELOAD_2M_L2_MISS:TLB_RELOAD_1G_L2_MISS", \
				  "loads and stores together"},                  \
	[ROLE_ITLB_WALKS] = {"L1_ITLB_MISS_L2_ITLB_MISS:" fetches, NULL},        \
	[ROLE_TLB_FLUSHES] = {"TLB_FLUSHES:ALL", NULL},                          \
	[ROLE_LLC_MISSES] = {fills, "fills of the first-level data cache from memory"}

static const struct role_family families[] = {
	{"Intel Skylake, Cascade Lake", {"skl", "skx", "clx"}, {INTEL_WALKS, INTEL_FLUSHES}},
	{"Intel Ice Lake", {"icl", "icx"}, {INTEL_WALKS, INTEL_FLUSHES}},
	/* As Ice Lake under other codes, and without TLB_FLUSH. */
	{"Intel Sapphire Rapids", {"spr"}, {INTEL_WALKS}},
	{"AMD Zen 2",
	 {"amd64_fam17h_zen2"},
	 {AMD_ZEN("IF4K:IF2M:IF1G",
		  "DATA_CACHE_REFILLS_FROM_SYSTEM:LS_MABRESP_LCL_DRAM:LS_MABRESP_RMT_DRAM")}},
	{"AMD Zen 3",
	 {"amd64_fam19h_zen3"},
	 {AMD_ZEN("IF4K:IF2M:IF1G:COALESCED4K",
		  "DEMAND_DATA_CACHE_FILLS_FROM_SYSTEM:MEM_IO_LCL:MEM_IO_RMT")}},
	{"AMD Zen 4",
	 {"amd64_fam19h_zen4"},
	 {AMD_ZEN("IF4K:IF2M:IF1G:COALESCED4K",
		  "DEMAND_DATA_CACHE_FILLS_FROM_SYSTEM:DRAM_IO_NEAR:DRAM_IO_FAR")}},
	/* A refill of the second level is a walk; DTLB_WALK does not distinguish loads from stores. */
	{"Arm Neoverse N1, N2, V1, V2",
	 {"arm_n1", "arm_n2", "arm_v1", "arm_v2"},
	 {
		 [ROLE_CYCLES] = {"CPU_CYCLES", NULL},
		 [ROLE_INSTRUCTIONS] = {"INST_RETIRED", NULL},
		 [ROLE_DTLB_LOAD_WALKS] = {"DTLB_WALK", "loads and stores together"},
		 [ROLE_DTLB_STORE_WALKS] = {"L2D_TLB_REFILL_WR",
					    "second-level TLB refills by stores"},
		 [ROLE_ITLB_WALKS] = {"ITLB_WALK", NULL},
		 [ROLE_LLC_MISSES] = {"LL_CACHE_MISS_RD", "reads only"},
	 }},
	/* Any Intel CPU that libpfm4 does not know: the architectural events only. */
	{"Intel, otherwise unknown",
	 {"ix86arch"},
	 {
		 [ROLE_CYCLES] = {"UNHALTED_CORE_CYCLES", NULL},
		 [ROLE_INSTRUCTIONS] = {"INSTRUCTION_RETIRED", NULL},
		 [ROLE_LLC_MISSES] = {"LLC_MISSES", NULL},
	 }},
};

const char *const roles_modes[ROLES_MODES] = {"_user", "_kernel", "_both", ""};

enum { FAMILY_COUNT = sizeof families / sizeof *families };

enum role_index roles_find(const char *name)
{
	unsigned i = 0;
	while (i < ROLE_COUNT && strcmp(roles[i].name, name) != 0)
		i++;
	return (enum role_index)i;
}

bool roles_is_metric(const char *stem, const char *metric)
{
	size_t length = strlen(stem);
	if (strncmp(metric, stem, length) != 0)
		return false;
	for (size_t i = 0; i < ROLES_MODES; i++) {
		size_t mode = strlen(roles_modes[i]);
		const char *rest = metric + length + mode;
		if (strncmp(metric + length, roles_modes[i], mode) == 0 &&
		    (!*rest || strcmp(rest, "_with_child") == 0))
			return true;
	}
	return false;
}

const struct role_family *roles_family_at(size_t index)
{
	return index < FAMILY_COUNT ? &families[index] : NULL;
}

const struct role_family *roles_family(const char *pmu)
{
	for (size_t f = 0; f < FAMILY_COUNT; f++)
		for (unsigned p = 0; p < ROLE_PMUS_MAX && families[f].pmus[p]; p++)
			if (strcmp(families[f].pmus[p], pmu) == 0)
				return &families[f];
	return NULL;
}
