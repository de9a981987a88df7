#include "harness/driver/machine/machine.h"

#include "harness/common/textfile.h"
#include "harness/common/units.h"
#include "harness/driver/base/fields.h"
#include "harness/driver/base/version.h"
#include "harness/driver/machine/memory.h"

#include <errno.h>
#include <gnu/libc-version.h>
#include <hwloc.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

enum outcome machine_choose_cpus(int wanted, int *caller_cpu, int *other_cpu,
				 struct problem *problem)
{
	cpu_set_t allowed;
	if (sched_getaffinity(0, sizeof allowed, &allowed) < 0)
		return fail(problem,
			    "cannot read the allowed CPUs: %s; more than %d of them? report "
			    "this",
			    strerror(errno), CPU_SETSIZE);
	if (wanted >= 0 && !CPU_ISSET((unsigned)wanted, &allowed))
		return fail(problem,
			    "cannot use CPU %d: it is not among the allowed ones; see taskset -p "
			    "$$",
			    wanted);
	*caller_cpu = wanted;
	*other_cpu = -1;
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET((unsigned)cpu, &allowed) || cpu == wanted)
			continue;
		*other_cpu = wanted < 0 ? *caller_cpu : cpu;
		*caller_cpu = wanted < 0 ? cpu : wanted;
	}
	return OUTCOME_OK;
}

void machine_allowed_cpus(uint64_t mask[WIRE_CPUS_MAX / 64])
{
	cpu_set_t allowed;
	memset(mask, 0, WIRE_CPUS_MAX / 8);
	if (sched_getaffinity(0, sizeof allowed, &allowed) < 0)
		return;
	for (unsigned cpu = 0; cpu < WIRE_CPUS_MAX; cpu++)
		if (CPU_ISSET(cpu, &allowed))
			mask[cpu / 64] |= 1ull << cpu % 64;
}

void machine_leave_cpu(int caller_cpu)
{
	cpu_set_t allowed;
	if (sched_getaffinity(0, sizeof allowed, &allowed) < 0 || CPU_COUNT(&allowed) < 2)
		return;
	CPU_CLR((unsigned)caller_cpu, &allowed);
	sched_setaffinity(0, sizeof allowed, &allowed);
}

static hwloc_topology_t load_topology(void)
{
	hwloc_topology_t topology;
	if (hwloc_topology_init(&topology) < 0)
		return NULL;
	if (hwloc_topology_load(topology) < 0) {
		hwloc_topology_destroy(topology);
		return NULL;
	}
	return topology;
}

static const hwloc_obj_type_t cache_types[] = {HWLOC_OBJ_L1CACHE, HWLOC_OBJ_L2CACHE,
					       HWLOC_OBJ_L3CACHE, HWLOC_OBJ_L4CACHE};

uint64_t machine_cache_bytes(void)
{
	uint64_t largest = 0;
	hwloc_topology_t topology = load_topology();
	for (size_t i = 0; topology && i < sizeof cache_types / sizeof *cache_types; i++) {
		hwloc_obj_t cache = hwloc_get_obj_by_type(topology, cache_types[i], 0);
		if (cache && cache->attr->cache.size > largest)
			largest = cache->attr->cache.size;
	}
	if (topology)
		hwloc_topology_destroy(topology);
	return largest ? largest : 32 << 20;
}

uint64_t machine_l2_bytes(void)
{
	hwloc_topology_t topology = load_topology();
	hwloc_obj_t cache = topology ? hwloc_get_obj_by_type(topology, HWLOC_OBJ_L2CACHE, 0) : NULL;
	uint64_t bytes = cache ? cache->attr->cache.size : 0;
	if (topology)
		hwloc_topology_destroy(topology);
	return bytes;
}

static json_t *describe_topology(void)
{
	hwloc_topology_t topology = load_topology();
	if (!topology)
		return json_string("unavailable: hwloc cannot read the topology");
	json_t *caches = json_array();
	/* hwloc takes a NUMA node's memory, which in a guest that grew after boot is too little. */
	uint64_t memory_bytes = textfile_value("/proc/meminfo", "MemTotal", 10);
	for (size_t i = 0; i < sizeof cache_types / sizeof *cache_types; i++) {
		hwloc_obj_t cache = hwloc_get_obj_by_type(topology, cache_types[i], 0);
		if (cache)
			json_array_append_new(
				caches,
				json_pack("{s:i,s:I,s:i,s:i}", "level",
					  (int)cache->attr->cache.depth, "bytes",
					  (json_int_t)cache->attr->cache.size, "line_bytes",
					  (int)cache->attr->cache.linesize, "count",
					  hwloc_get_nbobjs_by_type(topology, cache_types[i])));
	}
	json_t *result =
		json_pack("{s:i,s:i,s:i,s:i,s:I,s:o,s:s}", "packages",
			  hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_PACKAGE), "numa_nodes",
			  hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_NUMANODE), "cores",
			  hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_CORE), "cpus",
			  hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_PU), "memory_bytes",
			  memory_bytes == UINT64_MAX ? 0 : (json_int_t)memory_bytes, "caches",
			  caches, "read_by", "hwloc");
	hwloc_topology_destroy(topology);
	return result;
}

/* Facts that are one small file each. */
static const struct file_fact {
	const char *name, *path;
} file_facts[] = {
	{"kernel_build", "/proc/version"},
	{"clock_source", "/sys/devices/system/clocksource/clocksource0/current_clocksource"},
	{"transparent_hugepage", "/sys/kernel/mm/transparent_hugepage/enabled"},
	{"transparent_hugepage_defrag", "/sys/kernel/mm/transparent_hugepage/defrag"},
	{"overcommit_memory", "/proc/sys/vm/overcommit_memory"},
	{"swappiness", "/proc/sys/vm/swappiness"},
	{"swaps", "/proc/swaps"},
	{"ksm_run", "/sys/kernel/mm/ksm/run"},
	{"numa_balancing", "/proc/sys/kernel/numa_balancing"},
	{"randomize_va_space", "/proc/sys/kernel/randomize_va_space"},
	{"perf_event_paranoid", "/proc/sys/kernel/perf_event_paranoid"},
	{"cpu_governor", "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"},
	{"cpu_driver", "/sys/devices/system/cpu/cpu0/cpufreq/scaling_driver"},
	{"cpu_max_khz", "/sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq"},
	{"cpu_boost", "/sys/devices/system/cpu/cpufreq/boost"},
	{"no_turbo", "/sys/devices/system/cpu/intel_pstate/no_turbo"},
	{"smt", "/sys/devices/system/cpu/smt/control"},
	{"idle_driver", "/sys/devices/system/cpu/cpuidle/current_driver"},
	{"isolated_cpus", "/sys/devices/system/cpu/isolated"},
	{"free_page_reporting_order", "/sys/module/page_reporting/parameters/page_reporting_order"},
	{"preemption_model", "/sys/kernel/debug/sched/preempt"},
	{"tlb_single_page_flush_ceiling", "/sys/kernel/debug/x86/tlb_single_page_flush_ceiling"},
	{"pm_qos_resume_latency_us", "/sys/devices/system/cpu/cpu0/power/pm_qos_resume_latency_us"},
	{"load_average", "/proc/loadavg"},
	{"cgroup", "/proc/self/cgroup"},
};

static json_t *text_or_reason(const char *path)
{
	char text[TEXTFILE_MAX];
	if (textfile_read(path, text, sizeof text))
		return json_stringn_nocheck(text, strlen(text));
	snprintf(text, sizeof text, "unavailable: %s", errno ? strerror(errno) : "not readable");
	return json_string(text);
}

/* The value behind "key ... : value" in /proc/cpuinfo; a reason if it is not there. */
static json_t *cpuinfo(const char *key)
{
	char text[TEXTFILE_MAX];
	if (!textfile_read("/proc/cpuinfo", text, sizeof text))
		return json_string("unavailable: /proc/cpuinfo");
	const char *at = strstr(text, key);
	const char *colon = at ? strchr(at, ':') : NULL;
	if (!colon)
		return json_string("unavailable: not in /proc/cpuinfo");
	colon += 1 + (colon[1] == ' ');
	return json_stringn(colon, strcspn(colon, "\n"));
}

static bool is_known(const json_t *value)
{
	const char *text = json_string_value(value);
	return text && strncmp(text, "unavailable", 11) != 0;
}

/* RISC-V tells no model: then its microarchitecture, or what its instruction set begins with, behind
 * which come dozens of extensions. */
static json_t *describe_cpu_model(void)
{
	static const char *const keys[] = {"model name", "uarch", "\nisa"};
	json_t *model = cpuinfo(keys[0]);
	for (size_t i = 1; i < sizeof keys / sizeof *keys && !is_known(model); i++) {
		json_decref(model);
		model = cpuinfo(keys[i]);
	}
	const char *text = json_string_value(model);
	if (text && strncmp(text, "rv", 2) == 0)
		json_string_setn(model, text, strcspn(text, "_"));
	return model;
}

/* What bears on the TLB among the CPU's flags (x86 only): address spaces distinguished by tags, page
 * tables kept apart for user and kernel, flushes that the hardware broadcasts. */
static json_t *describe_tlb_flags(void)
{
	static const char *const names[] = {"pcid", "invpcid", "pti", "invlpgb"};
	json_t *flags = cpuinfo("\nflags"), *found = json_object();
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char word[16];
		snprintf(word, sizeof word, " %s", names[i]);
		const char *at = strstr(json_string_value(flags), word);
		bool whole = at && (at[strlen(word)] == ' ' || !at[strlen(word)]);
		json_object_set_new(found, names[i],
				    is_known(flags) ? json_boolean(whole) : json_incref(flags));
	}
	json_decref(flags);
	return found;
}

static json_t *describe_mitigations(void)
{
	const char *names = "meltdown,spectre_v1,spectre_v2,spec_store_bypass,l1tf,mds,retbleed,"
			    "spec_rstack_overflow,srbds,tsx_async_abort,mmio_stale_data,"
			    "gather_data_sampling,itlb_multihit";
	char name[32], path[128];
	json_t *result = json_object();
	while (names && units_split(&names, name, sizeof name)) {
		snprintf(path, sizeof path, "/sys/devices/system/cpu/vulnerabilities/%s", name);
		json_object_set_new(result, name, text_or_reason(path));
	}
	return result;
}

static const char emulation[] = "QEMU emulation";

/* QEMU's RISC-V board looks alike under KVM, but there the CPU is the host's and tells its vendor. On x86 the leaf for
 * hypervisors has their names: that of QEMU without KVM is TCGTCGTCGTCG (QEMU: target/i386/cpu.c). */
static bool is_emulated(char board[TEXTFILE_MAX])
{
#if defined(__x86_64__)
	unsigned most, name[3], features, unused;
	if (__get_cpuid(1, &unused, &unused, &features, &unused) && features & 1u << 31) {
		__cpuid(0x40000000, most, name[0], name[1], name[2]);
		if (memcmp(name, "TCGTCGTCGTCG", sizeof name) == 0) {
			snprintf(board, TEXTFILE_MAX, "x86-64, TCG");
			return true;
		}
	}
#endif
	if (!textfile_read("/proc/device-tree/model", board, TEXTFILE_MAX) ||
	    strcmp(board, "riscv-virtio,qemu") != 0)
		return false;
	json_t *vendor = cpuinfo("mvendorid");
	const char *id = json_string_value(vendor);
	bool none = id && strcmp(id, "0x0") == 0;
	json_decref(vendor);
	return none;
}

static json_t *describe_hypervisor(void)
{
	char text[TEXTFILE_MAX];
	if (is_emulated(text))
		return json_sprintf("%s (%s)", emulation, text);
	if (textfile_read("/sys/hypervisor/type", text, sizeof text))
		return json_string(text);
	if (textfile_read("/proc/cpuinfo", text, sizeof text) && strstr(text, " hypervisor")) {
		if (textfile_read("/sys/class/dmi/id/sys_vendor", text, sizeof text))
			return json_sprintf("yes (%s)", text);
		return json_string("yes (CPUID)");
	}
#if defined(__x86_64__)
	return json_string("none");
#else
	return json_string("unavailable: no CPUID on this architecture");
#endif
}

/* The kernel's command line without what concerns init alone: its path and its arguments (behind
 * "--") tell nothing about the numbers, but much about the place. */
static json_t *describe_command_line(void)
{
	char text[TEXTFILE_MAX], kept[TEXTFILE_MAX] = "";
	if (!textfile_read("/proc/cmdline", text, sizeof text))
		return json_string("unavailable: /proc/cmdline");
	char *init_arguments = strstr(text, " -- ");
	if (init_arguments)
		*init_arguments = '\0';
	for (char *word = strtok(text, " "); word; word = strtok(NULL, " "))
		if (strncmp(word, "init=", 5) != 0 && strncmp(word, "rdinit=", 7) != 0)
			snprintf(kept + strlen(kept), sizeof kept - strlen(kept), "%s%s",
				 *kept ? " " : "", word);
	return json_string(kept);
}

/* A word of the kernel command line or configuration that moves fork's cost. */
static json_t *describe_init_on_alloc(void)
{
	char text[TEXTFILE_MAX];
	textfile_read("/proc/cmdline", text, sizeof text);
	const char *at = strstr(text, "init_on_alloc=");
	return at ? json_stringn(at + strlen("init_on_alloc="), 1)
		  : json_string("unavailable: not on the command line; see "
				"CONFIG_INIT_ON_ALLOC_DEFAULT_ON");
}

/* Whether a memory cgroup accounts for every page of the heap: charging costs time at fork. */
static const char *memory_cgroup(void)
{
	char text[TEXTFILE_MAX];
	if (!textfile_read("/proc/self/cgroup", text, sizeof text))
		return "unavailable: /proc/self/cgroup";
	const char *old = strstr(text, ":memory:/");
	if (old)
		return old[9] && old[9] != '\n' ? "v1, in a separate group" : "v1, root group";
	if (strncmp(text, "0::/", 4) == 0)
		return text[4] && text[4] != '\n' ? "v2, in a separate group" : "v2, root group";
	return "none";
}

static json_t *describe_memory(void)
{
	uint64_t available = 0;
	const char *limited_by = "";
	struct problem problem;
	if (memory_available(&available, &limited_by, &problem))
		return json_string("unavailable: /proc/meminfo");
	return json_pack("{s:I,s:s,s:s,s:s}", "available_bytes", (json_int_t)available,
			 "limited_by", limited_by, "memory_cgroup", memory_cgroup(),
			 "heap_numa_placement",
			 "first touch by the worker, which is pinned unless child_cpu is free");
}

static json_t *describe_kernel(void)
{
	struct utsname names;
	if (uname(&names) < 0)
		return json_string("unavailable: uname");
	return json_pack("{s:s,s:s,s:s}", "release", names.release, "version", names.version,
			 "machine", names.machine);
}

static json_t *describe_clock(const struct wire_clock *clock)
{
	return json_pack("{s:s,s:f,s:f,s:f,s:s}", "kind",
			 clock->kind == WIRE_CLOCK_COUNTER ? "cpu counter" : "clock_gettime",
			 "ns_per_tick", clock->ns_per_tick, "calibration_error_ppm",
			 clock->error_ppm, "resolution_ns", clock->resolution_ns, "why",
			 clock->why);
}

json_t *machine_describe(const struct wire_clock *clock)
{
	json_t *facts = json_object();
	for (size_t i = 0; i < sizeof file_facts / sizeof *file_facts; i++)
		json_object_set_new(facts, file_facts[i].name, text_or_reason(file_facts[i].path));
	json_object_set_new(facts, "tlb_flags", describe_tlb_flags());
	json_object_set_new(facts, "kernel_command_line", describe_command_line());
	char host[128] = "unknown", libc[32];
	snprintf(libc, sizeof libc, "glibc %s", gnu_get_libc_version());
	gethostname(host, sizeof host - 1);
	return json_pack("{s:s,s:s,s:s,s:s,s:s,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}",
			 "forkcost_version", FORKCOST_VERSION, "git_commit", FORKCOST_COMMIT,
			 "compiler", __VERSION__, "libc", libc, "host", host, "cpu_model",
			 describe_cpu_model(), "microcode", cpuinfo("microcode"), "kernel",
			 describe_kernel(), "hypervisor", describe_hypervisor(), "topology",
			 describe_topology(), "memory", describe_memory(), "init_on_alloc",
			 describe_init_on_alloc(), "mitigations", describe_mitigations(), "clock",
			 describe_clock(clock), "facts", facts);
}

bool machine_was_emulated(const json_t *environment)
{
	const char *hypervisor = json_string_value(json_object_get(environment, "hypervisor"));
	return hypervisor && strncmp(hypervisor, emulation, strlen(emulation)) == 0;
}

void machine_summary(const json_t *environment, char *text, size_t text_bytes)
{
	const json_t *topology = json_object_get(environment, "topology");
	const char *model = json_string_value(json_object_get(environment, "cpu_model"));
	const char *hypervisor = json_string_value(json_object_get(environment, "hypervisor"));
	const char *virtual = "";
	if (machine_was_emulated(environment))
		virtual = ", emulated by QEMU";
	else if (is_known(json_object_get(environment, "hypervisor")) &&
		 strncmp(hypervisor, "none", 4) != 0)
		virtual = ", virtual machine";
	char memory[UNITS_TEXT_MAX] = "unknown memory", cpus[UNITS_TEXT_MAX] = "unknown";
	uint64_t number;
	if (fields_count(json_object_get(topology, "memory_bytes"), FIELDS_COUNT_MAX, &number))
		units_format_bytes(number, memory);
	if (fields_count(json_object_get(topology, "cpus"), INT32_MAX, &number))
		snprintf(cpus, sizeof cpus, "%" PRIu64, number);
	snprintf(text, text_bytes, "%s, %s CPU%s, %s%s",
		 is_known(json_object_get(environment, "cpu_model")) ? model : "unknown CPU", cpus,
		 strcmp(cpus, "1") == 0 ? "" : "s", memory, virtual);
}

uint64_t machine_steal_ticks(void)
{
	char text[TEXTFILE_MAX];
	struct textfile_ticks ticks = {0};
	bool known = textfile_read("/proc/stat", text, sizeof text) &&
		     textfile_add_ticks(text, -1, &ticks);
	return known ? ticks.stolen : UINT64_MAX;
}

uint64_t machine_cpu_khz(int cpu)
{
	char path[96], text[TEXTFILE_MAX];
	snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/cpufreq/scaling_cur_freq", cpu);
	return textfile_read(path, text, sizeof text) ? strtoull(text, NULL, 10) : 0;
}
