#include "harness/driver/explain/sight.h"

#include "harness/driver/base/textfile.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Documentation/admin-guide/mm/pagemap.rst */
static const uint64_t FRAME = (UINT64_C(1) << 55) - 1, SOFT_DIRTY = UINT64_C(1) << 55,
		      EXCLUSIVE = UINT64_C(1) << 56, PRESENT = UINT64_C(1) << 63;

static const char hidden[] =
	"hidden: the kernel shows frame numbers to CAP_SYS_ADMIN only; run as root";

static const char untracked[] =
	"unavailable: this kernel keeps no soft-dirty bits (CONFIG_MEM_SOFT_DIRTY)";

static struct fact known(uint64_t value)
{
	return (struct fact){.known = true, .value = value};
}

static struct fact unknown(const char *why)
{
	return (struct fact){.why = why};
}

/* Why a file in /proc could not be read, for users. */
static const char *reason(int error)
{
	switch (error) {
	case EACCES:
	case EPERM:
		return "not permitted: run as root";
	case ENOENT:
		return "unavailable: this kernel has no such file (CONFIG_PROC_PAGE_MONITOR)";
	case ESRCH:
		return "unavailable: the process is gone";
	default:
		return "unavailable: the file cannot be read";
	}
}

static bool read_at(int fd, uint64_t *to, uint64_t index)
{
	return pread(fd, to, sizeof *to, (off_t)(index * sizeof *to)) == sizeof *to;
}

static const char *read_entries(struct sight *sight, pid_t process, const struct sight_pages *pages)
{
	char path[64];
	uint64_t base_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
	snprintf(path, sizeof path, "/proc/%d/pagemap", (int)process);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return reason(errno);
	const char *why = NULL;
	for (uint64_t i = 0; i < pages->count && !why; i++)
		if (!read_at(fd, &sight->entries[i],
			     (pages->address + i * pages->page_bytes) / base_bytes))
			why = reason(errno);
	close(fd);
	return why;
}

static struct fact read_map_count(uint64_t frame)
{
	uint64_t count;
	int fd = open("/proc/kpagecount", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return unknown(reason(errno));
	bool good = read_at(fd, &count, frame);
	close(fd);
	return good ? known(count) : unknown(reason(errno));
}

/* Whether the kernel keeps soft-dirty bits at all: a page of ours that was just written has one then. */
static bool tracks_soft_dirty(void)
{
	static volatile char page[1];
	uint64_t entry = 0;
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	page[0] = 1;
	bool set = fd >= 0 &&
		   read_at(fd, &entry, (uintptr_t)page / (uint64_t)sysconf(_SC_PAGESIZE)) &&
		   entry & SOFT_DIRTY;
	if (fd >= 0)
		close(fd);
	return set;
}

static void tell_first_page(struct sight *sight)
{
	uint64_t entry = sight->entries[0];
	bool present = entry & PRESENT;
	sight->present = known(present);
	sight->exclusive = known((entry & EXCLUSIVE) != 0);
	sight->soft_dirty =
		tracks_soft_dirty() ? known((entry & SOFT_DIRTY) != 0) : unknown(untracked);
	sight->frame = entry & FRAME ? known(entry & FRAME) : unknown(hidden);
	sight->map_count = entry & FRAME ? read_map_count(entry & FRAME) : unknown(hidden);
	if (!present)
		sight->frame = sight->map_count = sight->exclusive = sight->soft_dirty =
			unknown("no page there");
}

/* Field 10 of /proc/PID/task/TID/stat, the eighth behind the name in parentheses, which may hold blanks. */
static struct fact read_faults(pid_t process, pid_t thread)
{
	char path[64], text[1024];
	snprintf(path, sizeof path, "/proc/%d/task/%d/stat", (int)process, (int)thread);
	if (!textfile_read(path, text, sizeof text))
		return unknown(reason(errno));
	const char *at = strrchr(text, ')');
	for (int field = 2; at && field < 10; field++)
		at = strchr(at + 1, ' ');
	return at ? known(strtoull(at, NULL, 10))
		  : unknown("unavailable: the file reads like none that is known");
}

/* By lines, since one of them lists all groups of the user. */
static struct fact read_page_tables(pid_t process)
{
	char path[64], line[256];
	struct fact found = unknown("unavailable: the process has no memory any more");
	snprintf(path, sizeof path, "/proc/%d/status", (int)process);
	FILE *file = fopen(path, "re");
	if (!file)
		return unknown(reason(errno));
	while (fgets(line, sizeof line, file))
		if (strncmp(line, "VmPTE:", strlen("VmPTE:")) == 0)
			found = known(strtoull(line + strlen("VmPTE:"), NULL, 10) * 1024);
	fclose(file);
	return found;
}

bool sight_take(struct sight *sight, pid_t process, pid_t thread, const struct sight_pages *pages)
{
	static const char other[] = "another program";
	*sight = (struct sight){.entries_why = other};
	sight->present = sight->frame = sight->map_count = sight->exclusive = sight->soft_dirty =
		unknown(other);
	sight->faults = read_faults(process, thread);
	sight->page_tables_bytes = read_page_tables(process);
	if (!pages)
		return true;
	sight->count = pages->count;
	sight->entries = calloc(pages->count, sizeof *sight->entries);
	if (!sight->entries)
		return false;
	sight->entries_why = read_entries(sight, process, pages);
	if (sight->entries_why) {
		sight->present = sight->frame = sight->map_count = sight->exclusive =
			sight->soft_dirty = unknown(sight->entries_why);
		free(sight->entries);
		sight->entries = NULL;
		return true;
	}
	tell_first_page(sight);
	return true;
}

void sight_free(struct sight *sight)
{
	free(sight->entries);
	sight->entries = NULL;
}

struct fact sight_exclusive(const struct sight *sight)
{
	uint64_t count = 0;
	if (!sight->entries)
		return unknown(sight->entries_why);
	for (size_t i = 0; i < sight->count; i++)
		count += (sight->entries[i] & EXCLUSIVE) != 0;
	return known(count);
}

struct fact sight_apart(const struct sight *sight, const struct sight *other)
{
	uint64_t apart = 0;
	if (!sight->entries || !other->entries)
		return unknown(sight->entries ? other->entries_why : sight->entries_why);
	for (size_t i = 0; i < sight->count; i++) {
		uint64_t frame = sight->entries[i] & FRAME, others = other->entries[i] & FRAME;
		if (frame == 0 || others == 0)
			return unknown(hidden);
		apart += frame != others;
	}
	return known(apart);
}

struct fact sight_one_memory(pid_t one, pid_t other)
{
	long order = syscall(SYS_kcmp, one, other, KCMP_VM, 0, 0);
	if (order >= 0)
		return known(order == 0);
	return unknown(errno == ENOSYS ? "unavailable: this kernel has no kcmp (CONFIG_KCMP)"
				       : "not permitted: run as root");
}
