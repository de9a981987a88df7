#include "harness/driver/outfile.h"

#include "harness/common/wire.h"

#include <errno.h>
#include <string.h>

FILE *outfile_open(const char *folder, const char *name, struct problem *problem)
{
	char path[WIRE_PATH_MAX + 200];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	FILE *file = fopen(path, "we");
	if (!file)
		fail(problem, "cannot write %s: %s; make the folder writable", path,
		     strerror(errno));
	return file;
}

enum outcome outfile_close(FILE *file, const char *folder, const char *name,
			   struct problem *problem)
{
	bool bad = ferror(file);
	if (fclose(file) == 0 && !bad)
		return OUTCOME_OK;
	return fail(problem, "cannot write %s/%s: %s; free some disk space", folder, name,
		    strerror(errno));
}
