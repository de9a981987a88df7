/* forkcost initramfs: a machine's first files that measure and send the run over the console. */
#include "harness/driver/kernels/image.h"

#include "harness/driver/base/forms/terminal.h"
#include "harness/driver/base/outfile.h"
#include "harness/driver/commands/command.h"
#include "harness/driver/plan/settings.h"
#include "harness/driver/run/session.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { OPTION_RUN };

static const struct option_row rows[] = {
	[OPTION_RUN] = {"run", "OPTIONS",
			.help = "options of forkcost run, in one word; forkcost.run=\"OPTIONS\" on "
				"the kernel's command line takes their place ['--preset quick']",
			.values = VALUES_OPTIONS},
	{0},
};

enum { WORDS_MAX = 64, TEXT_MAX = 1500 };

struct words {
	char text[TEXT_MAX];
	const char *all[WORDS_MAX + 1];
	int count;
};

/* At blanks: nothing in that machine has any in its name. */
static enum outcome split(struct words *words, const char *text, struct problem *problem)
{
	if (snprintf(words->text, sizeof words->text, "%s", text) >= TEXT_MAX)
		return fail(problem, "cannot take so long a --run; give less than %d characters",
			    TEXT_MAX);
	for (char *word = strtok(words->text, " \t\n"); word; word = strtok(NULL, " \t\n")) {
		if (words->count == WORDS_MAX)
			return fail(problem, "cannot take more than %d words in --run; give fewer",
				    WORDS_MAX);
		words->all[words->count++] = word;
	}
	words->all[words->count] = NULL;
	return OUTCOME_OK;
}

/* What init adds is added here too, so that what is wrong is known before the machine boots. */
static enum outcome check(const struct words *words, struct problem *problem)
{
	static const char *const added[] = {"--no-plots", "--no-table", "--output", "/results"};
	static struct wire_catalog catalog;
	static struct given given;
	static char *arguments[WORDS_MAX + 8] = {"run"};
	struct settings settings;
	int count = 1;
	for (int i = 0; i < words->count; i++)
		arguments[count++] = (char *)words->all[i];
	for (size_t i = 0; i < sizeof added / sizeof *added; i++)
		arguments[count++] = (char *)added[i];
	if (options_read(settings_options(), count, arguments, &given, problem))
		return OUTCOME_FAILED;
	if (given.help)
		return fail(problem, "cannot hand on --help; see forkcost run --help");
	return catalog_read(&catalog, problem) ||
			       settings_parse(&settings, &given, &catalog, problem)
		       ? OUTCOME_FAILED
		       : OUTCOME_OK;
}

static enum outcome write_file(int fd, const char *path, struct problem *problem)
{
	const char *slash = strrchr(path, '/');
	char folder[WIRE_PATH_MAX];
	const int length = slash ? (int)(slash - path) : 0;
	const off_t bytes = lseek(fd, 0, SEEK_END);
	if (snprintf(folder, sizeof folder, "%.*s", length ? length : 1, slash ? path : ".") >=
	    (int)sizeof folder)
		return fail(problem, "cannot write %s: its path is too long; give a shorter one",
			    path);
	void *image = mmap(NULL, (size_t)bytes, PROT_READ, MAP_PRIVATE, fd, 0);
	if (image == MAP_FAILED)
		return fail(problem, "cannot read what is to be written: %s; free some memory",
			    strerror(errno));
	enum outcome outcome =
		outfile_whole(folder, slash ? slash + 1 : path, image, (size_t)bytes, problem);
	munmap(image, (size_t)bytes);
	return outcome;
}

static enum status run(const struct given *given)
{
	static struct words words;
	const char *options = given->values[OPTION_RUN];
	struct problem problem;
	if (split(&words, options ? options : "--preset quick", &problem) ||
	    check(&words, &problem)) {
		options_blame(rows[OPTION_RUN].name, &problem);
		return complain(&problem, STATUS_USAGE);
	}
	int fd = image_make(words.all, IMAGE_CONSOLE, &problem);
	if (fd < 0)
		return complain(&problem, STATUS_FAILED);
	enum outcome outcome = write_file(fd, given->operand, &problem);
	close(fd);
	if (outcome)
		return complain(&problem, STATUS_FAILED);
	print("%s: boot it with console=ttyS0 (or what is logged), then: forkcost unpack LOG "
	      "--output FOLDER\n",
	      given->operand);
	return STATUS_DONE;
}

COMMAND(initramfs, .summary = "pack a machine's first files that measure and send the run",
	.options =
		{.text = "Packs this forkcost into a file that a kernel takes as its initramfs, in "
			 "QEMU or on a test box. The machine that boots it measures, 40 s after "
			 "its start, sends the run over its console and switches itself off. "
			 "forkcost unpack takes the run out of the console's log. A kernel "
			 "needs, built in: initramfs, devtmpfs, tmpfs, procfs, sysfs, its "
			 "console, ELF programs.",
		 .operand = {.argument = "FILE"},
		 .example = "initramfs.cpio",
		 .rows = rows},
	.run = run);
