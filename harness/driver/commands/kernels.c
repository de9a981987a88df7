/* forkcost kernels: how many instructions paths through several kernels have. */
#include "harness/driver/kernels/kernels.h"

#include "harness/common/units.h"
#include "harness/driver/base/forms/terminal.h"
#include "harness/driver/base/interrupts.h"
#include "harness/driver/commands/present.h"
#include "harness/driver/kernels/view.h"
#include "harness/driver/run/record.h"

#include <unistd.h>

enum { OPTION_KERNEL, OPTION_BOOTS, OPTION_APPEND, OPTION_BOOT_TIME, OPTION_OUTPUT };

/* A day: more than that nobody means. */
enum { BOOTS = 2, BOOT_TIME_S = 600, BOOT_TIME_MAX_S = 86400 };

static const struct option_row rows[] = {
	[OPTION_KERNEL] = {"kernel", "FILES",
			   .help = "their files, with commas between or one each time; the others "
				   "are held against the first",
			   .values = VALUES_REPEATED},
	[OPTION_BOOTS] = {"boots", "N",
			  .help = "how often each is booted, to see whether its counts are the "
				  "same [2]"},
	[OPTION_APPEND] = {"append", "WORDS",
			   .help = "more words for the kernels' command line [none]"},
	[OPTION_BOOT_TIME] = {"boot-time", "TIME", .help = "how long a boot may take [10m]"},
	[OPTION_OUTPUT] = {"output", "FOLDER", "where a folder is made [results]",
			   .values = VALUES_FOLDER},
	{0},
};

static enum outcome read_options(struct kernels *kernels, const struct given *given,
				 struct problem *problem)
{
	const char *boots = given->values[OPTION_BOOTS];
	const char *boot_time = given->values[OPTION_BOOT_TIME];
	uint64_t count = BOOTS, limit_ns = BOOT_TIME_S * UINT64_C(1000000000);
	if (!given->values[OPTION_KERNEL])
		return fail(problem, "cannot choose kernels: give their files, as forkcost kernels "
				     "--kernel bzImage-before --kernel bzImage-after");
	if (boots && units_parse_count(boots, 1, KERNELS_BOOTS_MAX, &count, problem))
		return options_blame(rows[OPTION_BOOTS].name, problem);
	if (boot_time && units_parse_duration(boot_time, &limit_ns, problem))
		return options_blame(rows[OPTION_BOOT_TIME].name, problem);
	uint64_t limit_s = limit_ns / 1000000000;
	if (limit_s < 1 || limit_s > BOOT_TIME_MAX_S)
		return fail(problem, "cannot give a boot %s; write 1s to 24h with --boot-time",
			    boot_time);
	kernels->boots = (int)count;
	kernels->limit_s = (int)limit_s;
	kernels->append = given->values[OPTION_APPEND];
	for (size_t i = 0; i < given->repeated.count; i++)
		if (kernels_choose(kernels, given->repeated.operands[i], problem))
			return OUTCOME_FAILED;
	return OUTCOME_OK;
}

/* Tells how it goes; a kernel that does not boot is no reason to leave out the next. */
static enum outcome boot_each(struct kernels *kernels, int image_fd, const char *folder,
			      struct problem *problem)
{
	print_to(stderr,
		 "booting %zu kernel%s in an emulator, %d time%s each; about a minute for one\n",
		 kernels->count, units_plural(kernels->count), kernels->boots,
		 units_plural((uint64_t)kernels->boots));
	for (size_t i = 0; i < kernels->count; i++) {
		const struct kernel *kernel = &kernels->all[i];
		char words[256];
		if (kernels_boot(kernels, i, image_fd, folder, problem))
			return OUTCOME_FAILED;
		print_to(stderr, "%s: %s\n", kernel->file,
			 *kernel->missing
				 ? kernel->missing
				 : kernels_repeatability(kernels, kernel, words, sizeof words));
	}
	return OUTCOME_OK;
}

static enum outcome count(struct kernels *kernels, const char *output, char *folder,
			  struct problem *problem)
{
	int image_fd = kernels_image(problem);
	if (image_fd < 0)
		return OUTCOME_FAILED;
	enum outcome outcome = record_make_folder(output, "kernels", folder, problem);
	if (!outcome)
		outcome = boot_each(kernels, image_fd, folder, problem);
	close(image_fd);
	return outcome ? outcome : kernels_write(kernels, folder, problem);
}

static enum status run(const struct given *given)
{
	static struct kernels kernels;
	static struct grid grid;
	const char *output =
		given->values[OPTION_OUTPUT] ? given->values[OPTION_OUTPUT] : "results";
	char folder[RECORD_FOLDER_MAX];
	struct problem problem;
	if (read_options(&kernels, given, &problem))
		return complain(&problem, STATUS_USAGE);
	interrupts_catch();
	if (emulator_find(kernels.emulator, &problem) || record_check_output(output, &problem) ||
	    count(&kernels, output, folder, &problem))
		return complain(&problem, present_failed());
	kernels_table(&kernels, &grid);
	grid_print(&grid);
	print("\nresults: %s\n", folder);
	for (size_t i = 0; i < kernels.count; i++)
		if (*kernels.all[i].missing)
			return STATUS_FAILED;
	return STATUS_DONE;
}

COMMAND(kernels, .summary = "count the instructions of fork in several kernels",
	.options =
		{.text = "Boots each kernel in QEMU, on one emulated x86-64 CPU whose clock "
			 "counts instructions, and measures there with this very forkcost. Shows "
			 "how many instructions a fork, a page of the heap and a first write "
			 "have, and how that differs from the first kernel. It is path length, "
			 "not time: no cache and no TLB has a part in it. The same kernel gives "
			 "the same counts on a busy machine, too. Needs qemu-system-x86_64, no "
			 "root and no PMU; sh scripts/kernels-fetch gets kernels of Debian. A "
			 "kernel needs, built in: initramfs, devtmpfs, tmpfs, procfs, sysfs, "
			 "8250 serial console, ELF programs.",
		 .rows = rows},
	.run = run);
