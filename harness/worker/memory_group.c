#include "harness/worker/memory_group.h"

#include "harness/common/textfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ROOT "/sys/fs/cgroup"

enum { HALF = MEMORY_GROUP_PAGE / 2 };

bool memory_group_enter(const char *folder, char page[MEMORY_GROUP_PAGE])
{
	snprintf(page, MEMORY_GROUP_PAGE, "%s/cgroup.procs", folder);
	int fd = open(page, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	bool good = write(fd, "0", 1) == 1;
	int error = errno;
	close(fd);
	errno = error;
	return good;
}

/* The name of the group that this process is in, "/" for the root; NULL: there is none. */
static const char *find_own(char page[MEMORY_GROUP_PAGE])
{
	char *rest;
	textfile_read("/proc/self/cgroup", page, HALF);
	for (char *line = strtok_r(page, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		if (strncmp(line, "0::/", 4) == 0)
			return line + 3;
	return NULL;
}

bool memory_group_is_in(const char *folder, char page[MEMORY_GROUP_PAGE])
{
	const char *own = find_own(page);
	return own && strncmp(folder, ROOT, strlen(ROOT)) == 0 &&
	       strcmp(own, folder + strlen(ROOT)) == 0;
}

uint64_t memory_group_hits(const char *folder, char page[MEMORY_GROUP_PAGE])
{
	snprintf(page, MEMORY_GROUP_PAGE, "%s/memory.events", folder);
	return textfile_value(page, "max", 10);
}

uint64_t memory_group_max(char page[MEMORY_GROUP_PAGE])
{
	const char *own = find_own(page);
	char *path = page + HALF, *text = page;
	if (!own)
		return UINT64_MAX;
	snprintf(path, HALF, ROOT "%s/memory.max", own);
	if (!textfile_read(path, text, HALF) || *text < '0' || *text > '9')
		return UINT64_MAX;
	return strtoull(text, NULL, 10);
}
