#include "harness/driver/kernels/image.h"

#include "harness/common/remedy.h"
#include "harness/common/wire.h"
#include "harness/driver/base/locate.h"
#include "harness/driver/kernels/cpio.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER "/forkcost"

/* Those beside forkcost itself; init is started by the kernel. */
static const struct {
	const char *name, *path;
} programs[] = {
	{"forkcost", FOLDER "/forkcost"},
	{"forkcost-worker", FOLDER "/forkcost-worker"},
	{"forkcost-target", FOLDER "/forkcost-target"},
	{"forkcost-target-static", FOLDER "/forkcost-target-static"},
	{"forkcost-target-dynamic", FOLDER "/forkcost-target-dynamic"},
	{"forkcost-guest", "/init"},
};

struct image {
	struct cpio cpio;
	struct problem *problem;
	char library_path[PATH_MAX]; /* folders of libraries, as LD_LIBRARY_PATH has them */
};

static enum outcome put_copy(struct image *image, const char *from, const char *path)
{
	struct stat about = {.st_size = 0};
	void *bytes = MAP_FAILED;
	int fd = open(from, O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && fstat(fd, &about) == 0 && about.st_size > 0)
		bytes = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	int error = errno;
	if (fd >= 0)
		close(fd);
	if (bytes == MAP_FAILED)
		return fail(image->problem, "cannot read %s: %s; build it with make all", from,
			    about.st_size == 0 && fd >= 0 ? "it is empty" : strerror(error));
	cpio_put(&image->cpio, path, bytes, (size_t)about.st_size);
	munmap(bytes, (size_t)about.st_size);
	return OUTCOME_OK;
}

/* Once each, behind a colon. */
static void add_folder(struct image *image, const char *path)
{
	char folder[PATH_MAX];
	const size_t length = (size_t)(strrchr(path, '/') - path),
		     had = strlen(image->library_path);
	snprintf(folder, sizeof folder, "%.*s", (int)length, path);
	for (const char *at = image->library_path; (at = strstr(at, folder)); at++)
		if ((at == image->library_path || at[-1] == ':') && strchr(":", at[length]))
			return;
	snprintf(image->library_path + had, sizeof image->library_path - had, "%s%s",
		 had ? ":" : "", folder);
}

/* A library lies where it lies here, and so does the dynamic linker, which counts as one. What is no file, as the vDSO,
 * has no slash. Returns what ends the walk. */
static int put_library(struct dl_phdr_info *info, size_t bytes, void *context)
{
	struct image *image = context;
	(void)bytes;
	if (*info->dlpi_name != '/')
		return 0;
	add_folder(image, info->dlpi_name);
	return put_copy(image, info->dlpi_name, info->dlpi_name) ? 1 : 0;
}

static enum outcome put_command(struct image *image, const char *const *options, enum image_way way)
{
	char text[PATH_MAX + 2048];
	int used = snprintf(text, sizeof text, "LD_LIBRARY_PATH=%s\n%s", image->library_path,
			    way == IMAGE_CONSOLE ? "FORKCOST_SEND=console\n" : "");
	for (const char *const *word = options; *word && used < (int)sizeof text; word++)
		used += snprintf(text + used, sizeof text - (size_t)used, "%s\n", *word);
	if (used >= (int)sizeof text)
		return fail(image->problem,
			    "cannot hand on the command: it is longer than %zu "
			    "bytes; install forkcost's libraries in fewer folders",
			    sizeof text);
	cpio_put(&image->cpio, "/command", text, (size_t)used);
	return OUTCOME_OK;
}

static enum outcome put_all(struct image *image, const char *const *options, enum image_way way)
{
	/* Of what the kernel gives its first process; all other devices it makes itself. */
	cpio_put_device(&image->cpio, "/dev/console", 5, 1);
	for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
		char path[PATH_MAX];
		if (locate_program(programs[i].name, path, sizeof path, image->problem) ||
		    put_copy(image, path, programs[i].path))
			return OUTCOME_FAILED;
	}
	if (dl_iterate_phdr(put_library, image) || put_command(image, options, way))
		return OUTCOME_FAILED;
	cpio_end(&image->cpio);
	return OUTCOME_OK;
}

int image_make(const char *const *options, enum image_way way, struct problem *problem)
{
	struct image image = {.problem = problem};
	int fd = memfd_create("initramfs", MFD_CLOEXEC), copy = fd < 0 ? -1 : dup(fd);
	image.cpio.file = copy < 0 ? NULL : fdopen(copy, "w");
	enum outcome outcome = OUTCOME_FAILED;
	if (!image.cpio.file) {
		fail(problem, "cannot make a file in memory: %s; %s", strerror(errno),
		     remedy_or(errno, "free some memory"));
	} else {
		outcome = put_all(&image, options, way);
		bool wrote = !ferror(image.cpio.file);
		if ((fclose(image.cpio.file) || !wrote) && !outcome)
			outcome = fail(problem, "cannot make the machine's first files: %s; %s",
				       strerror(errno), remedy_or(errno, "free some memory"));
	}
	if (!outcome)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}
