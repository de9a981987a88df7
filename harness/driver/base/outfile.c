#include "harness/driver/base/outfile.h"

#include "harness/common/remedy.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TRIES = 100 };

const char *outfile_remedy(int error)
{
	switch (error) {
	case EACCES:
	case EPERM:
		return "make the folder writable";
	case ENOENT:
		return "give a folder that exists";
	case ENAMETOOLONG:
		return "use shorter names";
	default:
		return remedy_or(error, "see dmesg");
	}
}

bool outfile_put(int descriptor, const char *bytes, size_t count)
{
	while (count) {
		ssize_t got = write(descriptor, bytes, count);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return false;
		bytes += got;
		count -= (size_t)got;
	}
	return true;
}

/* The stream's write: what stopped it is kept. */
static ssize_t put(void *cookie, const char *bytes, size_t count)
{
	struct outfile *outfile = cookie;
	if (outfile_put(outfile->descriptor, bytes, count))
		return (ssize_t)count;
	outfile->error = outfile->error ? outfile->error : errno;
	return 0; /* what the stream takes for an error */
}

/* Whether a file may get this name: nothing has it, or a file that will be replaced. */
static bool is_free(int folder, const char *name)
{
	struct stat there;
	if (fstatat(folder, name, &there, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT;
	return S_ISREG(there.st_mode);
}

static enum outcome cannot_write(const char *path, int error, struct problem *problem)
{
	return fail(problem, "cannot write %s: %s; %s", path, strerror(error),
		    outfile_remedy(error));
}

static enum outcome refuse(const char *path, const char *wanted, struct problem *problem)
{
	return fail(problem,
		    "cannot write %s: something there is not a %s of a run, such as a link; move "
		    "it away",
		    path, wanted);
}

/* Goes from an open folder, which is closed, into one below it. -1 with the problem set if that is no
 * folder or cannot be made. */
static int descend(int folder, const char *name, const char *path, struct problem *problem)
{
	struct stat there;
	int below = -1;
	if (mkdirat(folder, name, 0777) == 0 || errno == EEXIST)
		below = openat(folder, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int error = errno;
	if (below < 0 && fstatat(folder, name, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
	    !S_ISDIR(there.st_mode))
		refuse(path, "folder", problem);
	else if (below < 0)
		fail(problem, "cannot make the folder of %s: %s; %s", path, strerror(error),
		     outfile_remedy(error));
	close(folder);
	return below;
}

/* Opens the folder that FOLDER/NAME lies in. */
static int open_folder(struct outfile *outfile, const char *folder, const char *name,
		       struct problem *problem)
{
	int open_now = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (open_now < 0)
		cannot_write(outfile->path, errno, problem);
	const char *slash;
	while (open_now >= 0 && (slash = strchr(name, '/'))) {
		char part[OUTFILE_NAME_MAX];
		snprintf(part, sizeof part, "%.*s", (int)(slash - name), name);
		open_now = descend(open_now, part, outfile->path, problem);
		name = slash + 1;
	}
	snprintf(outfile->name, sizeof outfile->name, "%s", name);
	return open_now;
}

/* A new file beside the one that it will become. */
static bool make_temporary(struct outfile *outfile)
{
	for (int try = 0; try < TRIES; try++) {
		snprintf(outfile->temporary, sizeof outfile->temporary, ".%s.tmp-%d-%d",
			 outfile->name, (int)getpid(), try);
		outfile->descriptor =
			openat(outfile->folder, outfile->temporary,
			       O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
		if (outfile->descriptor >= 0 || errno != EEXIST)
			break;
	}
	if (outfile->descriptor < 0)
		outfile->temporary[0] = '\0'; /* nothing of ours has that name */
	return outfile->descriptor >= 0;
}

FILE *outfile_open(struct outfile *outfile, const char *folder, const char *name,
		   struct problem *problem)
{
	*outfile = (struct outfile){.descriptor = -1};
	snprintf(outfile->path, sizeof outfile->path, "%s/%s", folder, name);
	outfile->folder = open_folder(outfile, folder, name, problem);
	if (outfile->folder < 0)
		return NULL;
	FILE *file = NULL;
	if (!is_free(outfile->folder, outfile->name))
		refuse(outfile->path, "file", problem);
	else if (!make_temporary(outfile) ||
		 !(file = fopencookie(outfile, "w", (cookie_io_functions_t){.write = put})))
		cannot_write(outfile->path, errno, problem);
	if (!file)
		outfile_drop(outfile, NULL);
	return file;
}

enum outcome outfile_close(struct outfile *outfile, FILE *file, struct problem *problem)
{
	/* What was written early and what is written last fail alike: put() keeps the first reason. */
	bool whole = !ferror(file);
	whole = fclose(file) == 0 && whole;
	int error = outfile->error ? outfile->error : whole ? 0 : ENOMEM;
	if (close(outfile->descriptor) < 0 && !error)
		error = errno;
	outfile->descriptor = -1;
	bool free_name = is_free(outfile->folder, outfile->name);
	if (!error && free_name &&
	    renameat(outfile->folder, outfile->temporary, outfile->folder, outfile->name) < 0)
		error = errno;
	enum outcome outcome = OUTCOME_OK;
	if (error)
		outcome = cannot_write(outfile->path, error, problem);
	else if (!free_name)
		outcome = refuse(outfile->path, "file", problem);
	if (!outcome)
		outfile->temporary[0] = '\0';
	outfile_drop(outfile, NULL);
	return outcome;
}

enum outcome outfile_folder(const char *folder, struct problem *problem)
{
	if (mkdir(folder, 0777) == 0 || errno == EEXIST)
		return OUTCOME_OK;
	return fail(problem, "cannot make the folder %s: %s; %s", folder, strerror(errno),
		    outfile_remedy(errno));
}

enum outcome outfile_whole(const char *folder, const char *name, const void *bytes, size_t count,
			   struct problem *problem)
{
	struct outfile outfile;
	FILE *file = outfile_open(&outfile, folder, name, problem);
	if (!file)
		return OUTCOME_FAILED;
	fwrite(bytes, 1, count, file);
	return outfile_close(&outfile, file, problem);
}

void outfile_drop(struct outfile *outfile, FILE *file)
{
	if (file)
		fclose(file);
	if (outfile->descriptor >= 0)
		close(outfile->descriptor);
	if (*outfile->temporary)
		unlinkat(outfile->folder, outfile->temporary, 0);
	close(outfile->folder);
	*outfile = (struct outfile){.folder = -1, .descriptor = -1};
}
