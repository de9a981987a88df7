/* `forkcost kernels`: lengths of paths through several kernels, each booted some times in the emulator. */
#ifndef FORKCOST_KERNELS_H
#define FORKCOST_KERNELS_H

#include "harness/common/problem.h"
#include "harness/driver/kernels/emulator.h"
#include "harness/driver/kernels/paths.h"

enum { KERNELS_MAX = 9, KERNELS_BOOTS_MAX = 8 };

struct kernel {
	char file[WIRE_PATH_MAX];
	char missing[PROBLEM_TEXT_MAX]; /* why it has no paths; empty: it has */
	struct paths paths;
	bool is_repeatable; /* boots sent the same, byte by byte */
	double apart;       /* else by how much their paths differ at most, as a share */
};

struct kernels {
	char emulator[EMULATOR_VERSION_MAX];
	const char *append; /* NULL: nothing */
	int boots;          /* of each */
	int limit_s;        /* a boot's */
	size_t count;
	struct kernel all[KERNELS_MAX];
};

/* Puts the files of a list with commas between to the kernels; fails on one that cannot be read. */
enum outcome kernels_choose(struct kernels *kernels, const char *list, struct problem *problem);

/* The first files for what is measured in each; the caller closes them. -1 with the problem set. */
int kernels_image(struct problem *problem);

/* Boots a kernel, all boots at the same time, and takes its paths; the runs go to kernel-N in the folder. Fails only where
 * no other kernel could do better: of one that does not boot the reason is kept. */
enum outcome kernels_boot(struct kernels *kernels, size_t index, int image_fd, const char *folder,
			  struct problem *problem);

#endif
