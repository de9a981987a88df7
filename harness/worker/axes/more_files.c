/* more_files: open files beside the worker's own. Each is opened on its own, with close-on-exec, as those of a program
 * are: many numbers of one open file would be a little cheaper to copy (METHODOLOGY, "Axes of the process"). */
#include "harness/common/remedy.h"
#include "harness/worker/effects.h"
#include "harness/worker/heap.h"
#include "harness/worker/inherited.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { OTHERS_MAX = 64 }; /* of the worker's own, with a group of counters */

static uint64_t others; /* open files beside them */

/* Raises the soft limit as far as is needed, and permitted. */
static enum outcome raise_limit(struct run *run, uint64_t level)
{
	struct rlimit limit;
	const rlim_t wanted = level + OTHERS_MAX;
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= wanted)
		return OUTCOME_OK;
	const rlim_t most = limit.rlim_max;
	limit.rlim_cur = wanted;
	if (wanted <= most && setrlimit(RLIMIT_NOFILE, &limit) == 0)
		return OUTCOME_OK;
	return HEAP_LACKS(run,
			  "cannot open %u files: the hard limit is %llu; raise it (ulimit -Hn), or "
			  "give a smaller --open-files",
			  (unsigned)level, (unsigned long long)most);
}

static enum outcome begin(struct run *run, uint64_t level)
{
	if (level && raise_limit(run, level))
		return OUTCOME_FAILED;
	run->files_from = run->files_behind = fcntl(WIRE_FD, F_DUPFD_CLOEXEC, WIRE_FD + 1);
	close(run->files_from);
	others = level ? inherited_open_files() : 0;
	for (uint64_t i = 0; i < level; i++) {
		int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
		if (fd < 0)
			return HEAP_LACKS(run, "cannot open more than %u of %u files: %s; %s",
					  (unsigned)i, (unsigned)level, strerror(errno),
					  remedy_or(errno, "give a smaller --open-files"));
		if (fd != run->files_behind++)
			return fail(run->problem,
				    "cannot open files in a row: they skip number %d; report this",
				    run->files_behind - 1);
	}
	return OUTCOME_OK;
}

static enum outcome verify(struct run *run, uint64_t level, const struct wire_cell_facts *facts)
{
	const uint64_t wanted = others + level;
	if (level == 0 || facts->open_files == wanted)
		return OUTCOME_OK;
	return fail(run->problem,
		    "cannot trust the worker: it has %lld open files instead of %lld; mount /proc, "
		    "or report this",
		    (long long)facts->open_files, (long long)wanted);
}

AXIS_EFFECT(MORE_FILES, .begin = begin, .verify = verify);
