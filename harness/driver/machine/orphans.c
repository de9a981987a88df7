#include "harness/driver/machine/orphans.h"

#include "harness/common/textfile.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FIELD_PARENT = 4, ENDED_MAX = 100000 };

static bool is_child(pid_t id)
{
	char path[32];
	snprintf(path, sizeof path, "/proc/%ld/stat", (long)id);
	return textfile_stat(path, FIELD_PARENT) == (uint64_t)getpid();
}

/* The next of the folder that is a child of ours; 0: no more. */
static pid_t next_child(DIR *processes)
{
	const struct dirent *entry;
	while ((entry = readdir(processes))) {
		char *end;
		const long id = strtol(entry->d_name, &end, 10);
		if (id > 0 && id <= INT_MAX && !*end && is_child((pid_t)id))
			return (pid_t)id;
	}
	return 0;
}

static bool is_known(const struct orphans *orphans, pid_t id)
{
	for (size_t i = 0; i < orphans->known_count; i++)
		if (orphans->known[i] == id)
			return true;
	return false;
}

void orphans_note(struct orphans *orphans)
{
	DIR *processes = opendir("/proc");
	pid_t id;
	*orphans = (struct orphans){0};
	while (processes && orphans->known_count < ORPHANS_KNOWN_MAX &&
	       (id = next_child(processes)))
		orphans->known[orphans->known_count++] = id;
	if (processes)
		closedir(processes);
}

/* Of those that are there now. What they leave comes to us when they are reaped. */
static size_t end_those(const struct orphans *orphans, pid_t spared)
{
	DIR *processes = opendir("/proc");
	size_t ended = 0;
	pid_t id;
	while (processes && (id = next_child(processes))) {
		if (id == spared || is_known(orphans, id))
			continue;
		kill(id, SIGKILL);
		while (waitpid(id, NULL, 0) < 0 && errno == EINTR)
			;
		ended++;
	}
	if (processes)
		closedir(processes);
	return ended;
}

size_t orphans_end(const struct orphans *orphans, pid_t spared)
{
	size_t ended = 0, now;
	while (ended < ENDED_MAX && (now = end_those(orphans, spared)))
		ended += now;
	return ended;
}
