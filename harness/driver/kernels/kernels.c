#include "harness/driver/kernels/kernels.h"

#include "harness/common/units.h"
#include "harness/driver/base/interrupts.h"
#include "harness/driver/base/outfile.h"
#include "harness/driver/kernels/image.h"
#include "harness/driver/kernels/sent.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Of the arms no more than there are paths. A replicate is a fresh process, and gives the path one least count. */
static const char *const options[] = {"--preset",
				      "quick",
				      "--experiment",
				      "spawn,first_write",
				      "--primitive",
				      "fork,vfork,posix_spawn",
				      "--heap",
				      PATHS_HEAPS,
				      "--state",
				      "dirty",
				      "--cache",
				      "warm",
				      "--child-cpu",
				      "same",
				      "--page-kind",
				      "4k",
				      "--touch-order",
				      "sequential",
				      "--program",
				      "own",
				      "--counters",
				      "none",
				      "--replicates",
				      "5",
				      "--cell-time",
				      "50ms",
				      "--seed",
				      "1",
				      NULL};

enum outcome kernels_choose(struct kernels *kernels, const char *list, struct problem *problem)
{
	while (list) {
		struct kernel *kernel = &kernels->all[kernels->count];
		struct stat about;
		if (kernels->count == KERNELS_MAX)
			return fail(problem, "cannot boot more than %d kernels; give fewer",
				    KERNELS_MAX);
		if (!units_split(&list, kernel->file, sizeof kernel->file))
			return fail(problem,
				    "cannot read the list of kernels: a name is empty or "
				    "longer than %d characters; write FILE,FILE",
				    WIRE_PATH_MAX - 1);
		if (stat(kernel->file, &about) < 0 || access(kernel->file, R_OK) < 0)
			return fail(problem,
				    "cannot read the kernel '%s': %s; give a bzImage, as "
				    "arch/x86/boot/bzImage",
				    kernel->file, strerror(errno));
		if (!S_ISREG(about.st_mode))
			return fail(problem, "cannot boot '%s': it is not a file; give a bzImage",
				    kernel->file);
		kernels->count++;
	}
	return OUTCOME_OK;
}

int kernels_image(struct problem *problem)
{
	return image_make(options, IMAGE_SERIAL, problem);
}

/* What one boot sent; freed by free_all(). */
struct booted {
	struct boot boot;
	char *bytes;
	size_t count;
};

static enum outcome write_file(const char *folder, const char *run, const struct sent_file *sent,
			       struct problem *problem)
{
	char name[OUTFILE_NAME_MAX];
	snprintf(name, sizeof name, "%s/%s", run, sent->name);
	return outfile_whole(folder, name, sent->bytes, sent->count, problem);
}

/* A run in a folder of its own, and the paths out of it. */
static enum outcome take_run(struct paths *paths, const struct sent *sent, const char *folder,
			     const char *run, struct problem *problem)
{
	char path[WIRE_PATH_MAX + 256];
	struct dataset dataset;
	struct summary summary;
	for (size_t i = 0; i < SENT_FILES; i++)
		if (write_file(folder, run, &sent->files[i], problem))
			return OUTCOME_FAILED;
	snprintf(path, sizeof path, "%s/%s", folder, run);
	if (dataset_read(&dataset, path, problem))
		return OUTCOME_FAILED;
	enum outcome outcome = summary_make(&summary, &dataset, path, problem);
	if (!outcome) {
		outcome = paths_take(paths, &summary, problem);
		summary_free(&summary);
	}
	dataset_free(&dataset);
	return outcome;
}

static enum outcome take_boot(struct kernel *kernel, size_t index, int boot,
			      const struct booted *booted, const char *folder,
			      struct problem *problem)
{
	char run[64];
	struct paths paths;
	struct sent sent;
	snprintf(run, sizeof run, boot ? "kernel-%zu-boot-%d" : "kernel-%zu", index + 1, boot + 1);
	if (sent_read(&sent, booted->bytes, booted->count, problem) || sent_check(&sent, problem)) {
		boot_blame_console(&booted->boot, problem);
		return OUTCOME_FAILED;
	}
	if (take_run(boot ? &paths : &kernel->paths, &sent, folder, run, problem))
		return OUTCOME_FAILED;
	if (boot)
		kernel->apart = fmax(kernel->apart, paths_join(&kernel->paths, &paths));
	return OUTCOME_OK;
}

static bool is_same(const struct booted *one, const struct booted *other)
{
	return one->count == other->count && memcmp(one->bytes, other->bytes, one->count) == 0;
}

static enum outcome boot_all(const struct kernels *kernels, const struct kernel *kernel,
			     int image_fd, struct booted *booted, struct problem *problem)
{
	for (int i = 0; i < kernels->boots; i++)
		if (boot_start(&booted[i].boot, kernel->file, image_fd, kernels->append,
			       kernels->limit_s, problem))
			return OUTCOME_FAILED;
	for (int i = 0; i < kernels->boots; i++)
		if (boot_end(&booted[i].boot, kernel->file, kernels->limit_s, &booted[i].bytes,
			     &booted[i].count, problem))
			return OUTCOME_FAILED;
	return OUTCOME_OK;
}

/* A further boot that sent the same is the same run, and not kept. */
static enum outcome take_all(const struct kernels *kernels, size_t index, struct kernel *kernel,
			     const struct booted *booted, const char *folder,
			     struct problem *problem)
{
	kernel->is_repeatable = kernels->boots > 1;
	for (int i = 0; i < kernels->boots; i++) {
		if (i && is_same(&booted[i], &booted[0]))
			continue;
		kernel->is_repeatable = kernel->is_repeatable && i == 0;
		if (take_boot(kernel, index, i, &booted[i], folder, problem))
			return OUTCOME_FAILED;
	}
	return OUTCOME_OK;
}

enum outcome kernels_boot(struct kernels *kernels, size_t index, int image_fd, const char *folder,
			  struct problem *problem)
{
	struct kernel *kernel = &kernels->all[index];
	struct booted booted[KERNELS_BOOTS_MAX];
	for (int i = 0; i < KERNELS_BOOTS_MAX; i++)
		booted[i] = (struct booted){
			.boot = {.qemu.words = -1, .console_fd = -1, .sent_fd = -1}};
	enum outcome outcome = boot_all(kernels, kernel, image_fd, booted, problem);
	if (!outcome)
		outcome = take_all(kernels, index, kernel, booted, folder, problem);
	for (int i = 0; i < KERNELS_BOOTS_MAX; i++) {
		boot_close(&booted[i].boot);
		free(booted[i].bytes);
	}
	if (outcome)
		snprintf(kernel->missing, sizeof kernel->missing, "%s", problem->text);
	return interrupts_came() ? outcome : OUTCOME_OK;
}
