#include "harness/driver/base/infile.h"

#include "harness/common/remedy.h"
#include "harness/driver/base/fields.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { JSON_BYTES_MAX = 16 << 20 };

static const char give_run[] = "give the folder of a run, or make one with forkcost run";

int infile_folder(const char *folder, struct problem *problem)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		fail(problem, "cannot open %s: %s; %s", folder, strerror(errno),
		     remedy_or(errno, give_run));
	return fd;
}

bool infile_is_there(const char *folder, const char *name)
{
	struct problem problem;
	int fd = infile_folder(folder, &problem);
	bool is_there = fd >= 0 && faccessat(fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
	if (fd >= 0)
		close(fd);
	return is_there;
}

int infile_below(int folder, const char *name)
{
	return openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

FILE *infile_open(int folder, const char *folder_name, const char *name, struct problem *problem)
{
	struct stat facts;
	/* Without O_NONBLOCK, opening a FIFO waits for a writer. */
	int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	FILE *file = NULL;
	if (fd < 0 && errno == ELOOP)
		fail(problem, "cannot read %s/%s: it is a link; put the file itself there",
		     folder_name, name);
	else if (fd < 0)
		fail(problem, "cannot open %s/%s: %s; %s", folder_name, name, strerror(errno),
		     remedy_or(errno, give_run));
	else if (fstat(fd, &facts) < 0 || !S_ISREG(facts.st_mode))
		fail(problem, "cannot read %s/%s: it is not a regular file; put a file there",
		     folder_name, name);
	else if (!(file = fdopen(fd, "r")))
		fail(problem, "cannot read %s/%s: %s; %s", folder_name, name, strerror(errno),
		     remedy_or(errno, "free some memory"));
	if (!file && fd >= 0)
		close(fd);
	return file;
}

json_t *infile_json(FILE *file, const char *folder_name, const char *name, struct problem *problem)
{
	json_error_t error = {.text = "out of memory"};
	char *text = malloc(JSON_BYTES_MAX + 1);
	size_t length = text ? fread(text, 1, JSON_BYTES_MAX + 1, file) : 0;
	json_t *object = NULL;
	if (text && ferror(file))
		snprintf(error.text, sizeof error.text, "%s", strerror(errno));
	else if (length > JSON_BYTES_MAX)
		snprintf(error.text, sizeof error.text, "it is larger than 16 MiB");
	else if (text)
		object = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
	if (object && !json_is_object(object)) {
		json_decref(object);
		object = NULL;
		snprintf(error.text, sizeof error.text, "it is not a JSON object");
	}
	free(text);
	fclose(file);
	/* The reader's words quote the file's. */
	if (!object && fields_has_controls(error.text))
		snprintf(error.text, sizeof error.text, "it is not JSON");
	if (!object)
		fail(problem, "cannot read %s/%s: %s; give the folder of a run", folder_name, name,
		     error.text);
	return object;
}
