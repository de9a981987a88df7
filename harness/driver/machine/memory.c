#include "harness/driver/machine/memory.h"

#include "harness/common/remedy.h"
#include "harness/common/textfile.h"
#include "harness/common/units.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OVERHEAD_BYTES = 64 << 20 };

struct ceiling {
	uint64_t left_bytes;
	const char *name;
};

static void lower(struct ceiling *ceiling, uint64_t left_bytes, const char *name)
{
	if (left_bytes < ceiling->left_bytes)
		*ceiling = (struct ceiling){left_bytes, name};
}

/* What one level of a cgroup leaves: its limit less its use, page cache that can go not counted. */
static void lower_by_level(struct ceiling *ceiling, const char *folder, const char *limit_file,
			   const char *use_file, const char *name)
{
	char path[1200], text[TEXTFILE_MAX];
	uint64_t use = 0;
	snprintf(path, sizeof path, "%s/%s", folder, limit_file);
	if (!textfile_read(path, text, sizeof text) || *text < '0' || *text > '9')
		return; /* no such level, or "max" */
	uint64_t limit = strtoull(text, NULL, 10);
	if (limit > UINT64_MAX / 4)
		return; /* v1's way to say that there is no limit */
	snprintf(path, sizeof path, "%s/%s", folder, use_file);
	if (textfile_read(path, text, sizeof text))
		use = strtoull(text, NULL, 10);
	snprintf(path, sizeof path, "%s/memory.stat", folder);
	uint64_t cache = textfile_value(path, "inactive_file", 10);
	if (cache != UINT64_MAX)
		use -= cache < use ? cache : use;
	lower(ceiling, limit > use ? limit - use : 0, name);
}

/* Every level from this process's cgroup up to the root of the hierarchy. */
static void lower_by_cgroup(struct ceiling *ceiling, const char *mount, char *group,
			    const char *limit_file, const char *use_file, const char *name)
{
	char folder[1100], *end = group + strlen(group);
	while (end) {
		*end = '\0';
		snprintf(folder, sizeof folder, "%s%s", mount, group);
		lower_by_level(ceiling, folder, limit_file, use_file, name);
		end = strrchr(group, '/');
	}
}

enum outcome memory_available(uint64_t *bytes, const char **limited_by, struct problem *problem)
{
	char text[TEXTFILE_MAX];
	struct ceiling ceiling = {UINT64_MAX, "MemAvailable"};
	ceiling.left_bytes = textfile_value("/proc/meminfo", "MemAvailable", 10);
	if (ceiling.left_bytes == UINT64_MAX)
		return fail(problem, "cannot read MemAvailable from /proc/meminfo: %s; %s",
			    strerror(errno), remedy_or(errno, "mount /proc"));
	if (textfile_read("/proc/self/cgroup", text, sizeof text)) {
		for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
			char group[900];
			if (strncmp(line, "0::", 3) == 0) {
				snprintf(group, sizeof group, "%s", line + 3);
				lower_by_cgroup(&ceiling, "/sys/fs/cgroup", group, "memory.max",
						"memory.current", "the memory cgroup");
			} else if (strstr(line, ":memory:")) {
				snprintf(group, sizeof group, "%s", strstr(line, ":memory:") + 8);
				lower_by_cgroup(&ceiling, "/sys/fs/cgroup/memory", group,
						"memory.limit_in_bytes", "memory.usage_in_bytes",
						"the memory cgroup");
			}
		}
	}
	*bytes = ceiling.left_bytes;
	*limited_by = ceiling.name;
	return OUTCOME_OK;
}

uint64_t memory_needed(uint64_t heap_bytes, int copies_heap, uint64_t evict_bytes)
{
	if (heap_bytes > UINT64_MAX / 4 || evict_bytes > UINT64_MAX / 4)
		return UINT64_MAX; /* the sum below would not fit */
	/* 8 bytes of page table for every 4 KiB. */
	return heap_bytes * (copies_heap ? 2 : 1) + heap_bytes / 512 * 3 + evict_bytes +
	       OVERHEAD_BYTES;
}

enum outcome memory_check(uint64_t heap_bytes, int copies_heap, uint64_t evict_bytes,
			  struct problem *problem)
{
	uint64_t available = 0;
	const char *limited_by = "";
	if (memory_available(&available, &limited_by, problem))
		return OUTCOME_FAILED;
	uint64_t needed = memory_needed(heap_bytes, copies_heap, evict_bytes);
	if (needed <= available)
		return OUTCOME_OK;
	uint64_t fits = 0;
	for (uint64_t size = 1 << 20;
	     size && memory_needed(size, copies_heap, evict_bytes) <= available; size *= 2)
		fits = size;
	char heap_text[UNITS_TEXT_MAX], needed_text[UNITS_TEXT_MAX], available_text[UNITS_TEXT_MAX],
		fits_text[UNITS_TEXT_MAX];
	if (fits == 0)
		return fail(problem,
			    "cannot fit an eviction buffer of %s beside a heap of %s: they take "
			    "%s, and %s leaves %s; use a smaller --evict, or free some memory",
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
		copies_heap ? " with the copy that eager_copy makes" : "", limited_by,
		units_format_bytes(available, available_text), fits_text);
}
