#include "harness/driver/machine/memory_group.h"

#include "harness/common/remedy.h"
#include "harness/common/textfile.h"
#include "harness/driver/machine/cgroup.h"
#include "harness/driver/machine/tunables.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Groups in which processes are, but the root of all, can give their children no controller. */
static bool has_processes(const char *folder)
{
	char path[CGROUP_PATH_MAX + 32], text[TEXTFILE_MAX];
	snprintf(path, sizeof path, "%s/cgroup.type", folder);
	if (access(path, F_OK) < 0)
		return false;
	snprintf(path, sizeof path, "%s/cgroup.procs", folder);
	return textfile_read(path, text, sizeof text) && *text;
}

/* The folder of the group to be. False: `why` says what is missing. */
static bool find(char folder[CGROUP_PATH_MAX], char why[PROBLEM_TEXT_MAX])
{
	*why = '\0';
	if (!cgroup_lists_memory(CGROUP_ROOT, "cgroup.controllers"))
		snprintf(why, PROBLEM_TEXT_MAX,
			 "unavailable: no cgroup v2 memory controller here (" CGROUP_ROOT
			 "/cgroup.controllers does not list it)");
	else if (!cgroup_beside(folder) ||
		 strlen(folder) + sizeof MEMORY_GROUP_NAME >= CGROUP_PATH_MAX)
		snprintf(why, PROBLEM_TEXT_MAX,
			 "unavailable: /proc/self/cgroup names no group of v2 in which one could "
			 "be made");
	else if (!cgroup_lists_memory(folder, "cgroup.controllers"))
		snprintf(why, PROBLEM_TEXT_MAX,
			 "unavailable: %.200s/cgroup.controllers does not list memory", folder);
	else if (geteuid() != 0 || access(folder, W_OK) < 0)
		snprintf(why, PROBLEM_TEXT_MAX,
			 "not permitted: only root can make a group in %.200s and have it put back",
			 folder);
	else if (!cgroup_lists_memory(folder, "cgroup.subtree_control") && has_processes(folder))
		snprintf(why, PROBLEM_TEXT_MAX,
			 "unavailable: %.200s/cgroup.subtree_control does not list memory, and "
			 "cannot, for there are processes in that group",
			 folder);
	else if (!tunable_can_be_saved())
		snprintf(why, PROBLEM_TEXT_MAX,
			 "not permitted: what is changed cannot be saved in /run/forkcost: %s",
			 strerror(errno));
	return !*why;
}

bool memory_group_check(char why[PROBLEM_TEXT_MAX])
{
	char folder[CGROUP_PATH_MAX];
	if (!find(folder, why))
		return false;
	snprintf(why, PROBLEM_TEXT_MAX, "a group in %.200s while a worker runs", folder);
	return true;
}

enum outcome memory_group_make(uint64_t limit_bytes, char *folder, size_t folder_bytes,
			       struct problem *problem)
{
	char beside[CGROUP_PATH_MAX], group[CGROUP_PATH_MAX], why[PROBLEM_TEXT_MAX], limit[24];
	if (tunable_lock(TUNABLE_MEMORY_GROUP, problem) ||
	    tunable_lock(TUNABLE_MEMORY_CONTROLLER, problem))
		return OUTCOME_FAILED;
	if (!find(beside, why))
		return fail(problem,
			    "cannot make a group with a limit on memory: %s; leave out "
			    "--memory-limit",
			    why);
	snprintf(group, sizeof group, "%.*s%s", (int)(sizeof group - sizeof MEMORY_GROUP_NAME),
		 beside, MEMORY_GROUP_NAME);
	if (access(group, F_OK) == 0)
		return fail(problem,
			    "cannot make %s: it is there, and no run of forkcost has noted it; "
			    "remove it with rmdir",
			    group);
	if (!cgroup_lists_memory(beside, "cgroup.subtree_control") &&
	    tunable_change(TUNABLE_MEMORY_CONTROLLER, beside, problem))
		return OUTCOME_FAILED;
	if (tunable_change(TUNABLE_MEMORY_GROUP, group, problem))
		return OUTCOME_FAILED;
	snprintf(limit, sizeof limit, "%" PRIu64, limit_bytes);
	/* A kernel may have no swap to account for. */
	if (!cgroup_write(group, "memory.max", limit) ||
	    (!cgroup_write(group, "memory.swap.max", "0") && errno != ENOENT))
		return fail(problem, "cannot limit the memory of %s: %s; %s", group,
			    strerror(errno), remedy_or(errno, "leave out --memory-limit"));
	snprintf(folder, folder_bytes, "%s", group);
	return OUTCOME_OK;
}
