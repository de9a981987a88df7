#include "harness/driver/machine/cgroup.h"

#include "harness/common/textfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { FILE_PATH_MAX = CGROUP_PATH_MAX + 64 };

bool cgroup_beside(char folder[CGROUP_PATH_MAX])
{
	char text[TEXTFILE_MAX];
	const char *line = text;
	textfile_read("/proc/self/cgroup", text, sizeof text);
	while (line && strncmp(line, "0::/", 4) != 0)
		line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL;
	if (!line)
		return false;
	const char *group = line + 3;
	const int length = (int)strcspn(group, "\n");
	/* A group that is gone is told by " (deleted)", one out of sight by "..". */
	if (snprintf(folder, CGROUP_PATH_MAX, CGROUP_ROOT "%.*s", length, group) >=
		    CGROUP_PATH_MAX ||
	    folder[strcspn(folder, " \t")] || strstr(folder, "/.."))
		return false;
	*strrchr(folder, '/') = '\0';
	return true;
}

bool cgroup_lists_memory(const char *folder, const char *file)
{
	char path[FILE_PATH_MAX], text[TEXTFILE_MAX], *rest;
	snprintf(path, sizeof path, "%s/%s", folder, file);
	textfile_read(path, text, sizeof text);
	for (char *word = strtok_r(text, " \n", &rest); word; word = strtok_r(NULL, " \n", &rest))
		if (strcmp(word, "memory") == 0)
			return true;
	return false;
}

bool cgroup_write(const char *folder, const char *file, const char *text)
{
	char path[FILE_PATH_MAX];
	snprintf(path, sizeof path, "%s/%s", folder, file);
	int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	if (fd < 0)
		return false;
	bool good = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	int error = errno;
	close(fd);
	errno = error;
	return good;
}

bool cgroup_give_memory(const char *folder, bool give)
{
	return cgroup_write(folder, "cgroup.subtree_control", give ? "+memory" : "-memory");
}
