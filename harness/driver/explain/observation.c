#include "harness/driver/explain/observation.h"

#include "harness/common/pagemap.h"
#include "harness/common/textfile.h"

#include <errno.h>
#include <linux/kcmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char hidden[] =
	"hidden: the kernel shows frame numbers only to CAP_SYS_ADMIN; run as root";

static const char untracked[] =
	"unavailable: this kernel has no soft-dirty bits (CONFIG_MEM_SOFT_DIRTY)";

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

/* Whether the kernel keeps soft-dirty bits at all: a page of ours that was just written has one then. */
static bool tracks_soft_dirty(void)
{
	static volatile char page[1];
	uint64_t entry = 0;
	page[0] = 1;
	return pagemap_read(0, (uintptr_t)page, (size_t)sysconf(_SC_PAGESIZE), 1, &entry) == 0 &&
	       entry & PAGEMAP_SOFT_DIRTY;
}

static struct fact read_map_count(uint64_t frame)
{
	uint64_t count;
	long error = pagemap_mappings(&frame, 1, &count);
	return error ? unknown(reason((int)-error)) : known(count);
}

static void hide_first_page(struct observation *observation, const char *why)
{
	observation->frame = observation->map_count = observation->exclusive =
		observation->soft_dirty = unknown(why);
}

static void tell_first_page(struct observation *observation)
{
	uint64_t entry = observation->entries[0];
	observation->exclusive = known((entry & PAGEMAP_EXCLUSIVE) != 0);
	observation->soft_dirty =
		tracks_soft_dirty() ? known((entry & PAGEMAP_SOFT_DIRTY) != 0) : unknown(untracked);
	observation->frame = entry & PAGEMAP_FRAME ? known(entry & PAGEMAP_FRAME) : unknown(hidden);
	observation->map_count =
		entry & PAGEMAP_FRAME ? read_map_count(entry & PAGEMAP_FRAME) : unknown(hidden);
	if (!(entry & PAGEMAP_PRESENT))
		hide_first_page(observation, "no page there");
}

static struct fact read_faults(pid_t process, pid_t thread)
{
	enum { MINFLT = 10 };
	char path[64];
	snprintf(path, sizeof path, "/proc/%d/task/%d/stat", (int)process, (int)thread);
	uint64_t faults = textfile_stat(path, MINFLT);
	if (faults != UINT64_MAX)
		return known(faults);
	return unknown(errno == ENODATA ? "unavailable: the file has an unknown format"
					: reason(errno));
}

static struct fact read_page_tables(pid_t process)
{
	uint64_t bytes = textfile_status(process, "VmPTE", 10);
	if (bytes != UINT64_MAX)
		return known(bytes);
	return unknown(errno == ENODATA ? "unavailable: the process has no memory any more"
					: reason(errno));
}

void observation_free(struct observation *observation)
{
	free(observation->entries);
	observation->entries = NULL;
}

bool observation_make(struct observation *observation, pid_t process, pid_t thread,
		      const struct observed_pages *pages)
{
	static const char other[] = "another program";
	*observation = (struct observation){.entries_why = other};
	hide_first_page(observation, other);
	observation->faults = read_faults(process, thread);
	observation->page_tables_bytes = read_page_tables(process);
	if (!pages)
		return true;
	observation->count = pages->count;
	observation->entries = calloc(pages->count, sizeof *observation->entries);
	if (!observation->entries)
		return false;
	long error = pagemap_read(process, pages->address, pages->page_bytes, pages->count,
				  observation->entries);
	observation->entries_why = error ? reason((int)-error) : NULL;
	if (error) {
		hide_first_page(observation, observation->entries_why);
		observation_free(observation);
	} else
		tell_first_page(observation);
	return true;
}

struct fact observation_exclusive(const struct observation *observation)
{
	uint64_t count = 0;
	if (!observation->entries)
		return unknown(observation->entries_why);
	for (size_t i = 0; i < observation->count; i++)
		count += (observation->entries[i] & PAGEMAP_EXCLUSIVE) != 0;
	return known(count);
}

struct fact observation_frames_differ(const struct observation *observation,
				      const struct observation *other)
{
	uint64_t apart = 0;
	if (!observation->entries || !other->entries)
		return unknown(observation->entries ? other->entries_why
						    : observation->entries_why);
	for (size_t i = 0; i < observation->count; i++) {
		uint64_t frame = observation->entries[i] & PAGEMAP_FRAME,
			 others = other->entries[i] & PAGEMAP_FRAME;
		if (frame == 0 || others == 0)
			return unknown(hidden);
		apart += frame != others;
	}
	return known(apart);
}

struct fact observation_same_mm(pid_t one, pid_t other)
{
	long order = syscall(SYS_kcmp, one, other, KCMP_VM, 0, 0);
	if (order >= 0)
		return known(order == 0);
	return unknown(errno == ENOSYS ? "unavailable: this kernel has no kcmp (CONFIG_KCMP)"
				       : "not permitted: run as root");
}
