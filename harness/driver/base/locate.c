#include "harness/driver/base/locate.h"

#include "harness/common/wire.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Looks for `name` in two folders relative to this program's own, and resolves the path. */
static enum outcome locate(const char *const folders[2], const char *name, int mode, char *path,
			   size_t path_bytes, struct problem *problem)
{
	char self[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
	if (length < 0)
		return fail(problem, "cannot find forkcost's own folder: %s; mount /proc",
			    strerror(errno));
	self[length] = '\0';
	*strrchr(self, '/') = '\0';
	for (size_t i = 0; i < 2; i++) {
		char candidate[PATH_MAX + 128];
		char *resolved;
		snprintf(candidate, sizeof candidate, "%s/%s/%s", self, folders[i], name);
		if (access(candidate, mode) != 0 || !(resolved = realpath(candidate, NULL)))
			continue;
		bool fits = wire_copy(path, path_bytes, resolved);
		free(resolved);
		if (fits)
			return OUTCOME_OK;
		return fail(
			problem,
			"cannot use %s: its path is longer than %zu characters; move the folder",
			name, path_bytes - 1);
	}
	return fail(problem, "cannot find %s near %s/forkcost; build it with make all", name, self);
}

enum outcome locate_program(const char *name, char *path, size_t path_bytes,
			    struct problem *problem)
{
	static const char *const folders[2] = {".", "../libexec/forkcost"};
	return locate(folders, name, X_OK, path, path_bytes, problem);
}

enum outcome locate_plot_scripts(char *path, size_t path_bytes, struct problem *problem)
{
	static const char *const folders[2] = {"../plots", "../share/forkcost/plots"};
	if (locate(folders, "style.gp", R_OK, path, path_bytes, problem))
		return OUTCOME_FAILED;
	*strrchr(path, '/') = '\0';
	return OUTCOME_OK;
}
