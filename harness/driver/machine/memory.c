#include "harness/driver/machine/memory.h"

#include "harness/common/remedy.h"
#include "harness/common/textfile.h"
#include "harness/common/units.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A copy is of a process of its own, which takes memory without a heap, too: 6.2 MiB with its children and their
 * kernel stacks (2,048 starters). */
enum { OVERHEAD_BYTES = 64 << 20, PROCESS_BYTES = 8 << 20 };

/* A version of memory cgroups: how its line of /proc/self/cgroup begins or goes on, and its files. */
struct hierarchy {
	const char *mark, *mount, *limit_file, *use_file;
};

/* What one level of a cgroup leaves: its limit less its use, page cache that can go not counted. */
static uint64_t left_by_level(const char *folder, const struct hierarchy *hierarchy)
{
	char path[1200], text[TEXTFILE_MAX];
	uint64_t use = 0;
	snprintf(path, sizeof path, "%s/%s", folder, hierarchy->limit_file);
	if (!textfile_read(path, text, sizeof text) || *text < '0' || *text > '9')
		return UINT64_MAX; /* no such level, or "max" */
	uint64_t limit = strtoull(text, NULL, 10);
	if (limit > UINT64_MAX / 4)
		return UINT64_MAX; /* v1's way to say that there is no limit */
	snprintf(path, sizeof path, "%s/%s", folder, hierarchy->use_file);
	if (textfile_read(path, text, sizeof text))
		use = strtoull(text, NULL, 10);
	snprintf(path, sizeof path, "%s/memory.stat", folder);
	uint64_t cache = textfile_value(path, "inactive_file", 10);
	if (cache != UINT64_MAX)
		use -= cache < use ? cache : use;
	return limit > use ? limit - use : 0;
}

/* The least that any level leaves, from this process's cgroup up to the root of the hierarchy. */
static uint64_t left_by_cgroup(const char *line)
{
	static const struct hierarchy v2 = {"0::", "/sys/fs/cgroup", "memory.max",
					    "memory.current"};
	static const struct hierarchy v1 = {":memory:", "/sys/fs/cgroup/memory",
					    "memory.limit_in_bytes", "memory.usage_in_bytes"};
	const struct hierarchy *hierarchy = strncmp(line, v2.mark, 3) == 0 ? &v2 : &v1;
	const char *at = strstr(line, hierarchy->mark);
	char group[900], folder[1100];
	uint64_t least = UINT64_MAX;
	if (!at)
		return least;
	snprintf(group, sizeof group, "%s", at + strlen(hierarchy->mark));
	for (char *end = group + strlen(group); end; end = strrchr(group, '/')) {
		*end = '\0';
		snprintf(folder, sizeof folder, "%s%s", hierarchy->mount, group);
		uint64_t left = left_by_level(folder, hierarchy);
		least = left < least ? left : least;
	}
	return least;
}

enum outcome memory_available(uint64_t *bytes, const char **limited_by, struct problem *problem)
{
	char text[TEXTFILE_MAX];
	*limited_by = "MemAvailable";
	*bytes = textfile_value("/proc/meminfo", "MemAvailable", 10);
	if (*bytes == UINT64_MAX)
		return fail(problem, "cannot read MemAvailable from /proc/meminfo: %s; %s",
			    strerror(errno), remedy_or(errno, "mount /proc"));
	textfile_read("/proc/self/cgroup", text, sizeof text);
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		uint64_t left = left_by_cgroup(line);
		if (left >= *bytes)
			continue;
		*bytes = left;
		*limited_by = "the memory cgroup";
	}
	return OUTCOME_OK;
}

uint64_t memory_needed(uint64_t heap_bytes, uint32_t copies, uint64_t evict_bytes)
{
	if (heap_bytes > UINT64_MAX / 4 / (1 + (uint64_t)copies) || evict_bytes > UINT64_MAX / 4)
		return UINT64_MAX; /* the sum below would not fit */
	const uint64_t heaps = 1 + (uint64_t)copies, tables = 2 + (uint64_t)(copies ? copies : 1);
	/* 8 bytes of page table for every 4 KiB. */
	return heap_bytes * heaps + heap_bytes / 512 * tables + evict_bytes + OVERHEAD_BYTES +
	       (uint64_t)copies * PROCESS_BYTES;
}

enum outcome memory_check(uint64_t heap_bytes, uint32_t copies, uint64_t evict_bytes,
			  struct problem *problem)
{
	uint64_t available = 0;
	const char *limited_by = "";
	if (memory_available(&available, &limited_by, problem))
		return OUTCOME_FAILED;
	uint64_t needed = memory_needed(heap_bytes, copies, evict_bytes);
	if (needed <= available)
		return OUTCOME_OK;
	uint64_t fits = 0;
	for (uint64_t size = 1 << 20; size && memory_needed(size, copies, evict_bytes) <= available;
	     size *= 2)
		fits = size;
	char heap_text[UNITS_TEXT_MAX], needed_text[UNITS_TEXT_MAX], available_text[UNITS_TEXT_MAX],
		fits_text[UNITS_TEXT_MAX];
	if (fits == 0)
		return fail(problem,
			    "cannot fit an eviction buffer and working set of %s beside a heap of "
			    "%s: they take %s, and %s leaves %s; use a smaller --evict or "
			    "--working-set, or free some memory",
			    units_format_bytes(evict_bytes, fits_text),
			    units_format_bytes(heap_bytes, heap_text),
			    units_format_bytes(needed, needed_text), limited_by,
			    units_format_bytes(available, available_text));
	/* As the option takes it. */
	const bool is_large = fits >= 1U << 30;
	snprintf(fits_text, sizeof fits_text, "%" PRIu64 "%c", fits >> (is_large ? 30 : 20),
		 is_large ? 'G' : 'M');
	return fail(
		problem,
		"cannot fit a heap of %s: it takes %s%s, and %s leaves %s; up to --heap %s fits",
		units_format_bytes(heap_bytes, heap_text), units_format_bytes(needed, needed_text),
		copies ? " with the copies that children make" : "", limited_by,
		units_format_bytes(available, available_text), fits_text);
}
